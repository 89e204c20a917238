"""What a first manifest gets wrong: that of docs/new-system.md with one mistake, told with its line and a cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import ManifestError
from generator.systems.manifest import load_manifest
from tests.tutorials import blocks

PAGE = Path(__file__).parents[4] / "docs/new-system.md"
TEXT = next(block.text for block in blocks(PAGE) if block.file)
WEB = "    image: { repository: quiz/web, port: 8080 }\n"
MAIN = '  main: { engine: postgres, version: "17", instance_class: db.t4g.micro }\n'
USES = "    uses: { databases: [main] }\n"
VARIABLES = TEXT[TEXT.index("    variables:\n") : TEXT.index("\ndatabases:")]

# What is replaced by what, the line that is told (the first that holds the text), what is said, and the cure.
MISTAKES = {
    "key misspelt": ("healthcheck: / }", "health_check: / }", "health_check", "has no key", 'mean "healthcheck"?'),
    "key misspelt at the top": (
        "services:\n",
        "service: # misspelt\n",
        "# misspelt",
        "has no key",
        'Did you mean "services"?',
    ),
    "environment": ("environments:", "environment:", "system: quiz", "needs the key environments", "Rename the key"),
    "tab": ("  web:\n", "\tweb:\n", "\tweb:", "not valid YAML", "Indent with spaces: YAML takes no tabs."),
    "tab behind spaces": ("    http: { path: /,", "  \thttp: { path: /,", "\thttp", "not valid YAML", "takes no tabs"),
    "service without image": (WEB, "", "  web:", "services.web needs the key image", "Add image: "),
    "image as text": (
        WEB,
        "    image: nginx:latest\n",
        "nginx",
        "must be a map",
        "Write it as a map with keys of repository, port, healthcheck.",
    ),
    "image with a tag": ("quiz/web, port", '"quiz/web:1", port', "quiz/web:1", "has the wrong form", "no tag"),
    "image not listed": ("quiz/web, port", "quiz/wbe, port", "quiz/wbe", "registries does not list", "quiz/web"),
    "no registry": (
        "registries:\n  repositories: [quiz/web, quiz/api]\n",
        "",
        "repository: quiz/web",
        "registries does not list",
        "Add quiz/web to registries.repositories.",
    ),
    "no port": (", port: 8080", "", "repository: quiz/web", "needs the key port", "as port: 8080"),
    "port as text": ("port: 8080", 'port: "8080"', "8080", "must be a whole number", "Remove the quotation marks."),
    "port of root": ("port: 8080", "port: 80", "port: 80 ", "which only root can bind", "Use a port from 1024"),
    "no CIDR": ("        cidr: 10.20.0.0/16\n", "", "  vpc:", "network.vpc needs the key cidr", "as 10.0.0.0/16"),
    "no prefix": ("10.20.0.0/16", "10.20.0.0", "cidr:", "has no prefix length", "Write it as 10.20.0.0/16."),
    "subnet elsewhere": ("10.20.1.0/24", "10.21.1.0/24", "public: [10", "is outside the VPC's", "Write a part of"),
    "subnet twice": ("10.20.2.0/24", "10.20.1.0/24", "public: [10", "overlaps", "Give each subnet a part of its own."),
    "subnet missing": (", 10.20.2.0/24", "", "public: [10", "has 1 CIDR for 2 zones", "one CIDR per availability zone"),
    "zone of another region": ("eu-central-1a", "us-east-1a", "us-east-1a", "is not in the region", "eu-central-1a"),
    "zone twice": ("eu-central-1b", "eu-central-1a", "1a, eu", "is written twice", "Name another zone of the region."),
    "database without user": (USES + VARIABLES, "", MAIN.strip(), "Nobody reaches the database main", "[main]"),
    "database not used": (USES, "", "DB_HOST", "may not use that database", "Add uses: { databases: [main] }."),
    "database misspelt": (f"{USES}{VARIABLES}", "    uses: { databases: [mian] }\n", "mian", "not declared", '"main"'),
    "database not in a list": ("[main]", "main", "uses:", "must be a list", "Write it as [main]."),
    "version as number": ('"17"', "17", "version", "must be text, not 17", "Put it between quotation marks."),
    "engine misspelt": ("postgres,", "postgresql,", "postgresql", "must be one of", 'Did you mean "postgres"?'),
    "class without db": ("db.t4g", "t4g", "t4g", "has the wrong form", "Write it as db.t4g.micro."),
    "bare braces": ('"{database.main.host}"', "{database.main.host}", "DB_HOST", "not a map", "a brace begins a map"),
    "system name too long": (
        "system: quiz",
        "system: quiz-of-the-whole-university",
        "system:",
        "is 28 characters",
        "room for 24",
    ),
    "system name in capitals": ("system: quiz", "system: Quiz", "system:", "has the wrong form", "lower-case letters"),
    "service name with _": ("  api:", "  my_api:", "my_api", "cannot be a name in services", "single hyphens"),
    "environment name too long": ("  test:", "  a-long-environment:", "a-long", "cannot name an", "At most 16"),
    "environment called account": ("  test:", "  account:", "  account:", "is reserved", "Choose another name."),
    "environment not indented": ("\n  test:", "\ntest:", "environments:", "at least one name", "indented"),
    "route twice": (
        "path: /api,",
        "path: /,",
        "path: /, healthcheck: /api",
        "is already taken by web",
        "a path of its own",
    ),
    "priority": ("path: /api,", "path: /api, priority: 1,", "priority", "has no key", "Known here: alias,"),
    "HTTPS without a domain": ("https: false, ", "", "public:", "HTTPS needs a domain", "Add domain: {"),
    "default service misspelt": (": web }", ": wbe }", "wbe", 'service "wbe" is not declared', 'Did you mean "web"?'),
    "default service without a route": (
        "    http: { path: /, healthcheck: / }\n",
        "",
        "default_service",
        "The default service web is not behind the load balancer",
        "Add http: { path: / } to web.",
    ),
    "service twice": (
        "  api:\n",
        "  web: # again\n",
        "# again",
        "is already written in line",
        "Remove one of the two.",
    ),
    "no space behind a colon": ("system: quiz", "system:quiz", "owner:", "not valid YAML", "a space behind each colon"),
    "no colon": ("services:\n", "services\n", "  web:", "not valid YAML", "Write a colon and a space behind each key."),
    "brace not closed": ("port: 8080 }", "port: 8080", "http: { path: /,", "not valid YAML", "Close the brace with }"),
    "bracket not closed": (
        "/web, quiz/api]",
        "/web, quiz/api",
        "network:",
        "not valid YAML",
        "Close the bracket with ]",
    ),
    "indented unlike": ("    http: { path: /api", "   http: { path: /api", "path: /api", "not valid YAML", "alike"),
}


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if part in line)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_beginners_mistake_is_told_with_line_and_cure(tmp_path: Path, mistake: str) -> None:
    right, wrong, at, what, cure = MISTAKES[mistake]
    assert right in TEXT
    text = TEXT.replace(right, wrong, 1)
    path = tmp_path / "system.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ManifestError) as refused:
        load_manifest(path)
    first = next(iter(getattr(refused.value, "errors", [refused.value])))
    assert first.where is not None
    assert what in first.what
    assert cure in first.cure, first.cure
    assert (first.where.file, first.where.line) == (path, line_of(text, at))
