"""Lambda functions: what is accepted and what is read back.

- CreateFunction, UpdateFunctionCode: moto accepts an image nobody pushed, or of another account or region.
- CreateFunction, UpdateFunctionConfiguration: moto accepts a role that Lambda cannot assume, and with a VPC one that
  may not manage network interfaces; memory and timeout of any size.
- ImageConfigResponse is given even when there is no image configuration; DeadLetterConfig and LoggingConfig never;
  VpcConfig.VpcId is invented; ephemeral storage, tracing and image configuration cannot be updated. Each is a
  difference in every plan.
- CodeSha256 and ResolvedImageUri of an image are not its digest.
- Published versions share the code of $LATEST, so that an update changes what was published; a version is
  published even if nothing changed since the last; UpdateFunctionCode with Publish updates twice.
- RotateSecret fails with an image function, for want of `code_digest`.
"""

from __future__ import annotations

from typing import Any

from moto.awslambda.exceptions import ValidationException
from moto.awslambda.models import ImageConfig, LambdaBackend, LambdaFunction, LambdaStorage
from moto.ec2.models import ec2_backends

from generator.embedded_aws.fixes.awslambda_images import by_digest, find_image
from generator.embedded_aws.fixes.awslambda_role import check_role
from generator.embedded_aws.patching import around
from generator.embedded_aws.state import ServerState

# Request key -> (lowest, highest, name in AWS's message). https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
BOUNDS = {"MemorySize": (128, 10240, "memorySize"), "Timeout": (1, 900, "timeout")}


def apply(state: ServerState) -> None:
    _check_requests(state)
    _read_back()
    _versions()


def _check_requests(state: ServerState) -> None:
    @around(LambdaBackend, "create_function")
    def create_function(original: Any, self: Any, spec: dict[str, Any]) -> Any:
        _check_bounds(spec)
        check_role(spec["Role"], self.account_id, self.region_name, in_vpc=_in_vpc(spec.get("VpcConfig")))
        if "ImageUri" in spec["Code"]:
            find_image(spec["Code"]["ImageUri"], self.account_id, self.region_name)
        # moto publishes a deep copy, with all the account's logs in it
        function = original(self, {**spec, "Publish": False})
        return self.publish_version(function.function_name) if spec.get("Publish") else function

    @around(LambdaBackend, "update_function_configuration")
    def update_function_configuration(
        original: Any, self: Any, function_name: str, qualifier: str | None, body: dict[str, Any]
    ) -> Any:
        _check_bounds(body)
        function = self.get_function(function_name, qualifier)
        if "Role" in body or "VpcConfig" in body:
            in_vpc = _in_vpc(body.get("VpcConfig", function._vpc_config))
            check_role(body.get("Role", function.role), self.account_id, self.region_name, in_vpc=in_vpc)
        answer = original(self, function_name, qualifier, body)
        state.functions.retire(self.account_id, self.region_name, function.function_name, version="$LATEST")
        return answer

    @around(LambdaBackend, "update_function_code")
    def update_function_code(_: Any, self: Any, function_name: str, qualifier: str | None, body: dict[str, Any]) -> Any:
        function = self.get_function(function_name, qualifier)
        if "ImageUri" in body:
            find_image(body["ImageUri"], self.account_id, self.region_name)
        if body.get("DryRun"):
            return function.get_configuration()
        if body.get("Architectures"):
            function.architectures = body["Architectures"]
        answer = function.update_function_code(body)
        state.functions.retire(self.account_id, self.region_name, function.function_name, version="$LATEST")
        return self.publish_version(function_name).get_configuration() if body.get("Publish") else answer

    @around(LambdaBackend, "delete_function")
    def delete_function(original: Any, self: Any, function_name: str, qualifier: str | None = None) -> None:
        name = self.get_function(function_name, qualifier).function_name
        original(self, function_name, qualifier)
        state.functions.delete(self.account_id, self.region_name, name)


def _read_back() -> None:
    name = "code_digest"
    setattr(LambdaFunction, name, "")

    @around(LambdaFunction, "__init__")
    def keep_what_moto_forgets(
        original: Any, self: Any, account_id: str, spec: dict[str, Any], region: str, version: str | int = 1
    ) -> None:
        original(self, account_id, spec, region, version)
        self.dead_letter_config = spec.get("DeadLetterConfig")
        self.logging_config = spec.get("LoggingConfig") or {}

    @around(LambdaFunction, "update_configuration")
    def update_configuration(original: Any, self: Any, updates: dict[str, Any]) -> Any:
        original(
            self,
            {**updates, "Environment": {"Variables": {}, **updates["Environment"]}}
            if "Environment" in updates
            else updates,
        )
        if "DeadLetterConfig" in updates:
            self.dead_letter_config = updates["DeadLetterConfig"]
        if "LoggingConfig" in updates:
            self.logging_config = updates["LoggingConfig"]
        if "EphemeralStorage" in updates:
            self.ephemeral_storage = updates["EphemeralStorage"]["Size"]
        if "TracingConfig" in updates:
            self.tracing_config = updates["TracingConfig"]
        if "ImageConfig" in updates:
            self.image_config = ImageConfig(updates["ImageConfig"])
        if "KMSKeyArn" in updates:
            self.kms_key_arn = updates["KMSKeyArn"]
        return self.get_configuration()

    @around(LambdaFunction, "get_configuration")
    def get_configuration(original: Any, self: Any, on_create: bool = False) -> dict[str, Any]:
        configuration: dict[str, Any] = original(self, on_create)
        image = configuration.get("ImageConfigResponse")
        if image and not any(image["ImageConfig"].values()):
            del configuration["ImageConfigResponse"]
        if (self.dead_letter_config or {}).get("TargetArn"):
            configuration["DeadLetterConfig"] = self.dead_letter_config
        configuration["LoggingConfig"] = {"LogFormat": "Text", "LogGroup": log_group(self), **self.logging_config}
        if configuration["LoggingConfig"]["LogFormat"] == "JSON":
            levels = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
            configuration["LoggingConfig"] = levels | configuration["LoggingConfig"]
        vpc = configuration.get("VpcConfig")
        if vpc:
            vpc["VpcId"] = _vpc_of(vpc.get("SubnetIds") or [], self.account_id, self.region)
        return configuration

    @around(LambdaFunction, "_set_function_code")
    def digest_of_image(original: Any, self: Any, updated: dict[str, Any]) -> None:
        original(self, updated)
        if "ImageUri" in updated:
            image = find_image(updated["ImageUri"], self.account_id, self.region)
            self.code_sha_256 = image.digest.removeprefix("sha256:")

    @around(LambdaFunction, "get_code")
    def resolved_image_uri(original: Any, self: Any) -> dict[str, Any]:
        answer: dict[str, Any] = original(self)
        if "ImageUri" in self.code:
            answer["Code"]["ResolvedImageUri"] = by_digest(self.code["ImageUri"], f"sha256:{self.code_sha_256}")
        return answer


def _versions() -> None:
    @around(LambdaStorage, "publish_version")
    def publish_version(original: Any, self: Any, name_or_arn: str, description: str = "") -> Any:
        latest = self.get_function_by_name_or_arn_forbid_qualifier(name_or_arn)
        versions = self._functions[latest.function_name]["versions"]
        latest.code_or_config_updated = not versions or _substance(versions[-1]) != _substance(latest)
        version = original(self, name_or_arn, description)
        version.code = dict(version.code)
        return version


def _substance(function: Any) -> dict[str, Any]:
    """What makes a version differ from the one before it."""
    names = ("Version", "FunctionArn", "LastModified", "Description")
    return {key: value for key, value in function.get_configuration().items() if key not in names}


def log_group(function: Any) -> str:
    """The CloudWatch log group a function writes to."""
    return str(function.logging_config.get("LogGroup") or f"/aws/lambda/{function.function_name}")


def _check_bounds(request: dict[str, Any]) -> None:
    for key, (lowest, highest, name) in BOUNDS.items():
        value = request.get(key)
        if value is None:
            continue
        if value < lowest:
            raise ValidationException(value, name, f"Member must have value greater than or equal to {lowest}")
        if value > highest:
            raise ValidationException(value, name, f"Member must have value less than or equal to {highest}")


def _in_vpc(config: dict[str, Any] | None) -> bool:
    return bool((config or {}).get("SubnetIds"))


def _vpc_of(subnets: list[str], account: str, region: str) -> str:
    return str(ec2_backends[account][region].get_subnet(subnets[0]).vpc_id) if subnets else ""
