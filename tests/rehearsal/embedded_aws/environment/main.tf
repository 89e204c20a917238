# A small environment of every AWS service a code-running platform needs, for the stock provider to apply.

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

provider "aws" {
  region                      = "us-west-2"
  s3_use_path_style           = true
  skip_credentials_validation = true
  max_retries                 = 4
  default_tags {
    tags = {
      System      = "demo"
      Environment = "test"
    }
  }
}

variable "image_uri" {
  description = "Image of the function, by digest."
  type        = string
}

locals {
  zones = { a = "us-west-2a", b = "us-west-2b" }
  name  = "demo-test"
}

data "aws_caller_identity" "current" {}

data "aws_iam_policy_document" "lambda_trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "tasks_trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com", "vpc-flow-logs.amazonaws.com"]
    }
  }
}
