"""Wrong arguments of resources."""

from __future__ import annotations

from generator.bindings.ec2 import Subnet
from generator.bindings.meta import RegionData
from generator.bindings.s3 import S3Bucket, S3BucketVersioning
from generator.hcl.stack import Stack


def wrong_argument_name(stack: Stack) -> None:
    S3Bucket(stack, "this", buckett="b")  # E: Unexpected keyword argument "buckett" for "S3Bucket"


def wrong_meta_argument(stack: Stack) -> None:
    S3Bucket(stack, "this", depend_on=[])  # E: Unexpected keyword argument "depend_on" for "S3Bucket"


def missing_required_argument(stack: Stack) -> None:
    Subnet(stack, "this", cidr_block="10.0.0.0/24")  # E: Missing named argument "vpc_id" for "Subnet"


def missing_required_block(stack: Stack) -> None:
    S3BucketVersioning(stack, "this", bucket="b")  # E: Missing named argument "versioning_configuration"


def number_where_text_belongs(stack: Stack) -> None:
    S3Bucket(stack, "this", bucket=5)  # E: Argument "bucket" to "S3Bucket" has incompatible type "int"


def text_where_a_truth_belongs(stack: Stack) -> None:
    S3Bucket(stack, "this", force_destroy="yes")  # E: Argument "force_destroy" to "S3Bucket" has incompatible type


def text_where_a_map_belongs(stack: Stack) -> None:
    S3Bucket(stack, "this", tags="a=b")  # E: Argument "tags" to "S3Bucket" has incompatible type "str"


def a_resource_where_its_id_belongs(stack: Stack, bucket: S3Bucket) -> None:
    S3BucketVersioning(
        stack,
        "this",
        bucket=bucket,  # E: Argument "bucket" to "S3BucketVersioning" has incompatible type "S3Bucket"
        versioning_configuration={"status": "Enabled"},
    )


def unknown_attribute(bucket: S3Bucket) -> None:
    print(bucket.arm)  # E: "S3Bucket" has no attribute "arm"


def a_lifecycle_of_a_data_source(stack: Stack) -> None:
    RegionData(stack, "this", lifecycle={})  # E: Unexpected keyword argument "lifecycle" for "RegionData"


def unknown_lifecycle(stack: Stack) -> None:
    S3Bucket(stack, "this", lifecycle={"ignore": ["tags"]})  # E: Extra key "ignore" for TypedDict "Lifecycle"


def the_label_is_not_a_keyword(stack: Stack) -> None:
    S3Bucket(stack, label="this")  # E: Unexpected keyword argument "label"
