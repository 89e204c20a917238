"""Web hosting: a site that Amplify builds and serves."""

from __future__ import annotations

from typing import ClassVar

from generator.bindings import functions as fn
from generator.bindings.amplify import AmplifyApp, AmplifyBranch, AmplifyDomainAssociation
from generator.bindings.cloudwatch import CloudwatchLogGroup
from generator.bindings.iam import IamRole, IamRolePolicy
from generator.bindings.meta import CallerIdentityData, PartitionData, RegionData
from generator.hcl.dynamic import Dynamic
from generator.hcl.expression import Expr, each, for_list, for_map, null
from generator.hcl.module import Check, Module, Variable
from generator.hcl.policy import allow, assumed_by, document
from generator.hcl.type_constraint import list_of, map_of, object_of, optional
from generator.modules.shared.common import every, log_retention_variable, matches, name_variable, one_of, tags_variable

PLATFORMS = ("WEB", "WEB_COMPUTE")
STAGES = ("PRODUCTION", "BETA", "DEVELOPMENT", "EXPERIMENTAL")
STATUSES = ("200", "301", "302", "404", "404-200")
DOMAIN = "^([a-z0-9]([a-z0-9-]*[a-z0-9])?[.])+[a-z]{2,}$"
PREFIX = "^([a-z0-9]([a-z0-9.-]*[a-z0-9])?)?$"

# Paths of the site's own routes: those without an extension, or with one that no file of a site has.
FILES = "css|gif|ico|jpeg|jpg|js|json|map|mjs|pdf|png|svg|ttf|txt|wasm|webmanifest|webp|woff|woff2|xml"
ROUTES = rf"</^[^.]+$|\.(?!({FILES})$)([^.]+$)/>"

HEADERS = {
    "**": {
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
}


def variable_names(of: str, names: Expr) -> Check:
    return (
        every(names, lambda name: matches("^[A-Za-z_][A-Za-z0-9_]*$", name) & ~fn.startswith(name, "AWS")),
        f"{of} must have names of letters, digits and underscores that do not begin with AWS.",
    )


def domain_checks(domains: Expr) -> list[Check]:
    branches = Expr("var.branches")

    def of_each(condition: object) -> Expr:
        return every(fn.values(domains), condition, names=("domain",))

    return [
        (
            every(fn.keys(domains), lambda name: matches(DOMAIN, name), names=("name",)),
            "domains must be names such as example.com, in lower case.",
        ),
        (
            of_each(
                lambda domain: (
                    (fn.length(domain.subdomains) > 0)
                    & every(fn.keys(domain.subdomains), lambda prefix: matches(PREFIX, prefix), names=("prefix",))
                )
            ),
            "subdomains of each of domains must be at least one prefix such as www, or empty for the domain itself.",
        ),
        (
            of_each(
                lambda domain: every(
                    fn.values(domain.subdomains),
                    lambda name: fn.contains(fn.keys(branches), name),
                    names=("name",),
                )
            ),
            "subdomains of each of domains must name branches.",
        ),
        (
            of_each(
                lambda domain: (
                    (domain.certificate_arn == null)
                    | matches("^arn:aws[a-z-]*:acm:us-east-1:[0-9]{12}:certificate/[a-z0-9-]+$", domain.certificate_arn)
                )
            ),
            "certificate_arn of each of domains must be a certificate of us-east-1: Amplify serves from there.",
        ),
    ]


class WebHosting(Module):
    """An Amplify app: branches that Amplify builds and serves, redirects, headers and domains of one's own.

    The repository is connected outside Terraform, because Terraform would keep the token in its state. AWS refuses to
    connect an app that has a branch already. So apply first: the app comes without branches and domains. Then connect
    it, once, with `aws amplify update-app --app-id ID --repository URL --access-token TOKEN` (that is GitHub's way, and
    Amplify does not keep the token), set `repository_connected` and apply again. An app whose builds are uploaded
    instead never gets a repository: set it at once.

    A domain is served when its DNS records exist; output `dns_records` names them. In a Route 53 zone of the same
    account Amplify writes them itself.

    What is built into a site is public, its environment variables too. Passwords in front of branches are not offered,
    since they would be in Terraform's state, and neither are previews of pull requests: they build what a stranger
    sent.
    """

    example: ClassVar = {
        "name": "example-prod-web",
        "repository_connected": True,
        "branches": {"main": {}},
        "domains": {"example.com": {"subdomains": {"": "main", "www": "main"}}},
        "environment_variables": {"API_URL": "https://api.example.com"},
    }

    name = name_variable()
    repository_connected = Variable(
        "bool",
        "Whether the app has its repository, or has its builds uploaded; until then it has no branches and domains.",
        default=False,
    )
    platform = Variable(
        "string",
        "WEB serves files; WEB_COMPUTE also renders pages on the server.",
        default="WEB",
        checks=lambda v: [one_of("platform", v, PLATFORMS)],
    )
    build_spec = Variable(
        "string",
        "Build settings as YAML; null takes amplify.yml from the repository, or Amplify's guess.",
        default=None,
        checks=lambda v: [
            ((v == null) | fn.can(fn.yamldecode(v).version), "build_spec must be YAML with a version, such as 1.")
        ],
    )
    environment_variables = Variable(
        map_of("string"),
        "Environment variables of every branch's builds. No secrets: a build may write them into the site.",
        default={},
        checks=lambda v: [variable_names("environment_variables", fn.keys(v))],
    )
    branches = Variable(
        map_of(
            object_of(
                {
                    "stage": optional("string", "PRODUCTION"),
                    "description": optional("string"),
                    "auto_build": optional("bool", True),
                    "environment_variables": optional(map_of("string"), {}),
                }
            )
        ),
        "Branches by name; auto_build builds each commit.",
        default={},
        checks=lambda v: [
            (
                every(fn.keys(v), lambda name: matches("^[A-Za-z0-9_][A-Za-z0-9_./#+-]*$", name), names=("name",)),
                "branches must be whole names of branches, without wildcards.",
            ),
            (
                every(fn.values(v), lambda branch: fn.contains(list(STAGES), branch.stage), names=("branch",)),
                f"stage of each of branches must be one of {', '.join(STAGES)}.",
            ),
            variable_names(
                "environment_variables of each of branches",
                fn.flatten(for_list(v, lambda _, branch: fn.keys(branch.environment_variables), names=("_", "branch"))),
            ),
        ],
    )
    domains = Variable(
        map_of(
            object_of(
                {
                    "subdomains": map_of("string"),
                    "certificate_arn": optional("string"),
                    "wait_for_verification": optional("bool", False),
                }
            )
        ),
        "Domains by name: the branch of each prefix, an empty one being the domain itself, and an own certificate.",
        default={},
        checks=domain_checks,
    )
    single_page_app = Variable(
        "bool",
        "Whether index.html answers every path that is no file.",
        default=True,
        checks=lambda v: [
            (
                ~v | (Expr("var.platform") == "WEB"),
                "single_page_app must be false with platform WEB_COMPUTE: the server would never be asked.",
            )
        ],
    )
    redirects = Variable(
        list_of(
            object_of(
                {
                    "source": "string",
                    "target": "string",
                    "status": optional("string", "301"),
                    "condition": optional("string"),
                }
            )
        ),
        "Redirects and rewrites; the first that matches is taken. condition is a country in angle brackets.",
        default=[],
        checks=lambda v: [
            (
                every(v, lambda rule: fn.contains(list(STATUSES), rule.status), names=("rule",)),
                f"status of each of redirects must be one of {', '.join(STATUSES)}.",
            ),
            (
                every(v, lambda rule: matches("^(/|https://|<)", rule.source), names=("rule",)),
                "source of each of redirects must begin with /, https:// or, for a pattern, <.",
            ),
        ],
    )
    headers = Variable(
        map_of(map_of("string")),
        "Headers of answers by pattern of paths. A map of one's own replaces the default one.",
        default=HEADERS,
        checks=lambda v: [
            (
                every(
                    fn.flatten(for_list(v, lambda _, headers: fn.keys(headers), names=("_", "headers"))),
                    lambda name: matches("^[A-Za-z0-9-]+$", name),
                    names=("name",),
                ),
                "headers must have names of letters, digits and hyphens.",
            )
        ],
    )
    log_retention_days = log_retention_variable("the log of what is rendered on the server")
    tags = tags_variable()

    def build(self) -> None:
        app = self.app()
        branch = AmplifyBranch(
            self,
            "this",
            for_each=self.repository_connected.then(self.branches, {}),
            app_id=app.id,
            branch_name=each.key,
            description=each.value.description,
            stage=each.value.stage,
            enable_auto_build=each.value.auto_build,
            environment_variables=each.value.environment_variables,
            tags=self.tags,
            lifecycle={"ignore_changes": ["framework"]},
            why="Amplify writes the framework that a build finds.",
        )
        domain = self.domain(app, branch)
        with self.file("logs"):
            self.logs(app)
        self.output("app_id", app.id, "ID of the app.")
        self.output("app_arn", app.arn, "ARN of the app.")
        self.output("default_domain", app.default_domain, "Domain that Amplify gives the app.")
        self.output(
            "branch_urls",
            for_map(
                branch,
                lambda name, b: (name, f"https://{b.display_name}.{app.default_domain}"),
                names=("name", "branch"),
            ),
            "Where Amplify serves each branch, by its name.",
        )
        self.output(
            "dns_records",
            for_map(
                domain,
                lambda name, d: (
                    name,
                    fn.concat(
                        fn.compact([d.certificate_verification_dns_record]),
                        for_list(d.sub_domain, lambda s: s.dns_record, names=("subdomain",)),
                    ),
                ),
                names=("name", "domain"),
            ),
            "DNS records that each domain needs, as name, type and value.",
        )

    def app(self) -> AmplifyApp:
        headers = for_list(
            self.headers,
            lambda pattern, headers: {
                "pattern": pattern,
                "headers": for_list(headers, lambda k, value: {"key": k, "value": value}, names=("key", "value")),
            },
            names=("pattern", "headers"),
        )
        routes = {"source": ROUTES, "target": "/index.html", "status": "200", "condition": null}
        rules = self.local(
            "rules",
            fn.concat(self.redirects, self.single_page_app.then([routes], [])),
            "In this order: what is more special comes first.",
        )
        return AmplifyApp(
            self,
            "this",
            name=self.name,
            platform=self.platform,
            build_spec=self.build_spec,
            environment_variables=self.environment_variables,
            custom_headers=fn.yamlencode({"customHeaders": headers}),
            custom_rule=Dynamic(
                rules,
                lambda rule: {
                    "source": rule.value.source,
                    "target": rule.value.target,
                    "status": rule.value.status,
                    "condition": rule.value.condition,
                },
            ),
            iam_service_role_arn=Expr("one(aws_iam_role.logs[*].arn)"),
            tags=self.tags,
            lifecycle={"ignore_changes": ["repository"]},
            why="The repository is connected outside Terraform: the token would be in the state.",
        )

    def domain(self, app: AmplifyApp, branch: AmplifyBranch) -> AmplifyDomainAssociation:
        return AmplifyDomainAssociation(
            self,
            "this",
            for_each=self.repository_connected.then(self.domains, {}),
            app_id=app.id,
            domain_name=each.key,
            wait_for_verification=each.value.wait_for_verification,
            certificate_settings={
                "type": (each.value.certificate_arn == null).then("AMPLIFY_MANAGED", "CUSTOM"),
                "custom_certificate_arn": each.value.certificate_arn,
            },
            sub_domain=Dynamic(
                each.value.subdomains,
                lambda sub_domain: {
                    "prefix": sub_domain.key,
                    "branch_name": branch[sub_domain.value].branch_name,
                },
            ),
        )

    def logs(self, app: AmplifyApp) -> None:
        caller, partition = CallerIdentityData(self, "current"), PartitionData(self, "current")
        region = RegionData(self, "current")
        rendered = (self.platform == "WEB_COMPUTE").then(1, 0)
        apps = f"arn:{partition.partition}:amplify:{region.id}:{caller.account_id}:apps/*"
        role = IamRole(
            self,
            "logs",
            count=rendered,
            name=f"{self.name}-amplify",
            assume_role_policy=assumed_by(
                "amplify.amazonaws.com",
                {"ArnLike": {"aws:SourceArn": apps}, "StringEquals": {"aws:SourceAccount": caller.account_id}},
            ),
            tags=self.tags,
            why="Only what is rendered on the server writes a log; building and serving files needs no role.",
        )
        log = CloudwatchLogGroup(
            self,
            "this",
            count=rendered,
            name=f"/aws/amplify/{app.id}",
            retention_in_days=self.log_retention_days,
            tags=self.tags,
            skip={
                "CKV_AWS_158": "CloudWatch encrypts the log in any case, and pages that anybody may read fill it.",
                "CKV_AWS_338": "The caller decides how long: what renders pages is rarely looked at after a month.",
            },
        )
        groups = f"arn:{partition.partition}:logs:{region.id}:{caller.account_id}:log-group:*"
        IamRolePolicy(
            self,
            "logs",
            count=rendered,
            name="write-log",
            role=role[0].id,
            policy=document(
                allow("WriteOwnLog", ["logs:CreateLogStream", "logs:PutLogEvents"], f"{log[0].arn}:*"),
                allow("FindLog", ["logs:DescribeLogGroups"], groups),
            ),
            why="Amplify looks for the group among all of them before it writes.",
        )
