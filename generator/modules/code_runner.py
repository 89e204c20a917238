"""The code runner: what compiles and runs programs nobody trusts, on Lambda, on Fargate or on a host of its own."""

from __future__ import annotations

from typing import ClassVar

from generator.bindings import functions as fn
from generator.hcl.expression import Expr, for_list, null
from generator.hcl.module_call import ModuleCall
from generator.modules.shared.runner_function import ALIAS, NETWORK_INTERFACE_ACTIONS, Function, lambda_engine
from generator.modules.shared.runner_service import HOST, ec2_engine, fargate_engine
from generator.modules.shared.runner_variables import FARGATE, LAMBDA, PORT, RunnerVariables

__all__ = ["ALIAS", "NETWORK_INTERFACE_ACTIONS", "CodeRunner"]


class CodeRunner(RunnerVariables):
    """What runs untrusted programs, cut off from everything else, on one of three engines.

    **lambda** is a function from a container image: a run is a call, and costs nothing in between. It stands in subnets
    without a route out, behind a security group without a single rule. Its role may write to its own log group. Lambda
    also needs six EC2 actions on the role to attach the function to the VPC; the role denies exactly those to calls
    that come from inside the function: a program which finds the credentials can write to the function's own log with
    them, and nothing else. Callers invoke the alias `live`, which names the released version. `invoker_role_arns` are
    allowed to by the alias itself; other roles of the account need a statement of their own, for `alias_arn`. There is
    no function URL, and a call that failed is not made again. Lambda keeps a function's processes and /tmp between
    calls: the image has to clean up after each program, as Slipway's own does.

    **fargate** is a service that is always on, for programs that must not wait for a start. Nobody but `callers`
    reaches it, on port 8080, under a name of Service Connect (output `url`); they need a way out of their own to
    `security_group_id`. Its way out leads to the interface endpoints of ecr.api, ecr.dkr and logs, and to S3, which
    starting a task needs, and nowhere else. The program has no permission in AWS, is not root, drops every capability
    and writes to `scratch_paths` alone.

    **ec2** is a supervisor that starts containers of its own through the host's Docker socket, for labs. It is
    privileged, so `acknowledge_privileged` has to be said: whoever gets hold of it is root on its host. That host, in a
    cluster of its own, runs nothing else, has no credentials but those of the ECS agent, Session Manager and pulling
    images, and keeps the metadata service from containers in bridge and awsvpc mode. Only `callers`, and an internal
    `load_balancer`, reach port 8080 of it. Sessions live on their host: one call is one host and one supervisor, more
    are further calls. A deployment ends the old supervisor before it starts the new one. Labs that fetch packages need
    `acknowledge_internet_egress` and private subnets behind a NAT gateway; without it, the VPC needs the endpoints of
    ecs, ecs-agent, ecs-telemetry, ecr.api, ecr.dkr, logs, monitoring, ssm and ssmmessages. `prune_unused_hours` and
    `reaper` keep the disk from filling up with what the supervisor forgot.

    The image is named by digest in a parameter that releases write. Until the first release the function or service is
    absent: Lambda cannot create one from an image that does not exist.

    Without a DNS firewall in the VPC, a program can still send names to the VPC's resolver: no security group sees
    those queries.

    Billed: with lambda the calls by duration and memory, three alarms if there are any, and /tmp above 512 MB; with
    fargate the tasks by CPU and memory, around the clock; with ec2 the instance, its disk and the metrics of its
    memory and disk; the log by GB with all three.
    """

    example: ClassVar = {
        "name": "example-runner-test",
        "image_parameter": "/example/test/images/runner",
        "vpc_id": "vpc-0123456789abcdef0",
        "subnet_ids": ["subnet-0123456789abcdef0"],
        "memory": 3008,
        "timeout": 180,
        "reserved_concurrency": 10,
    }

    def build(self) -> None:
        self.declare_use()
        with self.file("lambda"):
            function = lambda_engine(self)
        with self.file("fargate"):
            service = fargate_engine(self)
        with self.file("ec2"):
            cluster, supervisor = ec2_engine(self)
        self.function_outputs(function)
        self.service_outputs(service, cluster, supervisor)
        services = (service, supervisor)
        self.output(
            "released",
            fn.anytrue(fn.concat([function.released], *(each_of(s, "released") for s in services))),
            "Whether an image has been released.",
        )
        self.output(
            "image_parameter",
            one_of_all(function.image_parameters, *(each_of(s, "image_parameter") for s in services)),
            "Parameter that names the released image.",
        )
        hosts = for_list(cluster, lambda c: c.instance_security_group_ids[HOST], names=("c",))
        self.output(
            "security_group_id",
            one_of_all(function.security_group_ids, each_of(service, "security_group_id"), hosts),
            "Security group of the runner: of the function, of the tasks or of the host.",
        )
        self.output(
            "role_arn",
            one_of_all(function.role_arns, *(each_of(s, "task_role_arn") for s in services)),
            "ARN of the role of the runner.",
        )

    def function_outputs(self, function: Function) -> None:
        def on_lambda(value: object) -> Expr:
            return (self.engine == LAMBDA).then(value, null)

        self.output("function_name", on_lambda(self.name), "Name of the function; null with other engines.")
        self.output(
            "qualified_name",
            on_lambda(f"{self.name}:{ALIAS}"),
            "What callers invoke: the function's released version; null with other engines.",
        )
        self.output(
            "alias_arn",
            on_lambda(f"{function.arn}:{ALIAS}"),
            "ARN for the callers' permission to invoke; null with other engines.",
        )

    def service_outputs(self, service: ModuleCall, cluster: ModuleCall, supervisor: ModuleCall) -> None:
        self.output(
            "url",
            (self.engine == FARGATE).then(f"http://{self.name}:{PORT}", null),
            "Where clients of the Service Connect namespace reach the fargate service; null with other engines.",
            depends_on=[service],
        )
        names = for_list(cluster, lambda c: c.name, names=("c",))
        self.output("cluster_name", fn.one(names), "Name of the cluster that the ec2 engine made; null with others.")
        groups = for_list(cluster, lambda c: c.autoscaling_group_names[HOST], names=("c",))
        self.output("autoscaling_group_name", fn.one(groups), "Auto Scaling group of the ec2 host; null with others.")
        for name, described in (
            ("service_arn", "ARN of the service, known before it is made; null with lambda."),
            ("execution_role_arn", "ARN of the role that starts the service's tasks; null with lambda."),
        ):
            self.output(name, one_of_all(*(each_of(s, name) for s in (service, supervisor))), described)


def each_of(call: ModuleCall, output: str) -> Expr:
    """The list of *output* of the calls that the engine makes: one or none."""
    return for_list(call, lambda made: getattr(made, output), names=("made",))


def one_of_all(*lists: object) -> Expr:
    """The one element of all *lists*, or null."""
    return fn.one(fn.concat(*lists))
