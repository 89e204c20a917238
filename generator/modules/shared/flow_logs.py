"""The log of a network's traffic."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.bindings.cloudwatch import CloudwatchLogGroup
from generator.bindings.ec2 import FlowLog
from generator.bindings.ec2 import Vpc as AwsVpc
from generator.bindings.iam import IamRole, IamRolePolicy
from generator.bindings.meta import PartitionData, RegionData
from generator.hcl.expression import Expr, null
from generator.hcl.policy import allow, assumed_by, document
from generator.modules.shared.network_variables import NetworkVariables


def flow_log(
    module: NetworkVariables, vpc: AwsVpc, region: RegionData, partition: PartitionData, account: Expr
) -> CloudwatchLogGroup:
    """Declare the flow log, and what it needs to write to CloudWatch unless it goes to a bucket."""
    in_cloudwatch = (module.flow_logs & (module.flow_logs_bucket == null)).then(1, 0)
    group_arn = f"arn:{partition.partition}:logs:{region.id}:{account}:log-group:/aws/vpc/{module.name}"
    group = CloudwatchLogGroup(
        module,
        "flow",
        count=in_cloudwatch,
        name=f"/aws/vpc/{module.name}",
        retention_in_days=module.log_retention_days,
        kms_key_id=module.flow_logs_kms_key_arn,
        tags=module.tags,
        skip={
            "CKV_AWS_158": "CloudWatch encrypts logs without a key of ours too; flow_logs_kms_key_arn names one.",
            "CKV_AWS_338": "They tell what happened lately; log_retention_days, or a bucket, keeps them for longer.",
        },
    )
    role = IamRole(
        module,
        "flow",
        count=in_cloudwatch,
        name=f"{module.name}-flow-logs",
        assume_role_policy=assumed_by("vpc-flow-logs.amazonaws.com", {"StringEquals": {"aws:SourceAccount": account}}),
        tags=module.tags,
    )
    IamRolePolicy(
        module,
        "flow",
        count=in_cloudwatch,
        name="write-flow-logs",
        role=role[0].id,
        policy=document(
            allow(
                "WriteFlowLogs",
                ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams"],
                f"{group_arn}:*",
            )
        ),
    )
    FlowLog(
        module,
        "this",
        count=module.flow_logs.then(1, 0),
        vpc_id=vpc.id,
        traffic_type="ALL",
        log_destination_type=(module.flow_logs_bucket == null).then("cloud-watch-logs", "s3"),
        log_destination=fn.try_(module.flow_logs_bucket.arn, group.attribute_of_one("arn")),
        iam_role_arn=role.attribute_of_one("arn"),
        max_aggregation_interval=60,
        tags=module.named(),
    )
    return group
