resource "aws_iam_role" "runner" {
  name               = "${local.name}-runner"
  assume_role_policy = data.aws_iam_policy_document.lambda_trust.json
}

resource "aws_iam_role_policy" "runner" {
  name = "network"
  role = aws_iam_role.runner.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "NetworkInterfaces"
        Effect = "Allow"
        Action = [
          "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets",
          "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
        ]
        Resource = "*"
      },
      {
        Sid       = "NotForTheProgram"
        Effect    = "Deny"
        Action    = ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"]
        Resource  = "*"
        Condition = { ArnEquals = { "lambda:SourceFunctionArn" = "arn:aws:lambda:us-west-2:${data.aws_caller_identity.current.account_id}:function:${local.name}-runner" } }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "managed" {
  role       = aws_iam_role.task.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_cloudwatch_log_group" "runner" {
  name              = "/aws/lambda/${local.name}-runner"
  retention_in_days = 14
}

resource "aws_lambda_function" "runner" {
  function_name                  = "${local.name}-runner"
  role                           = aws_iam_role.runner.arn
  package_type                   = "Image"
  image_uri                      = var.image_uri
  architectures                  = ["x86_64"]
  memory_size                    = 3008
  timeout                        = 180
  reserved_concurrent_executions = 10
  publish                        = true
  ephemeral_storage {
    size = 1024
  }
  logging_config {
    log_format            = "JSON"
    application_log_level = "INFO"
    system_log_level      = "WARN"
    log_group             = aws_cloudwatch_log_group.runner.name
  }
  tracing_config {
    mode = "PassThrough"
  }
  vpc_config {
    subnet_ids         = [for subnet in aws_subnet.isolated : subnet.id]
    security_group_ids = [aws_security_group.task.id]
  }
  environment {
    variables = { RUNNER_REQUIRE = "1" }
  }
  depends_on = [aws_iam_role_policy.runner]
}

resource "aws_lambda_function" "plain" {
  function_name = "${local.name}-plain"
  role          = aws_iam_role.runner.arn
  package_type  = "Image"
  image_uri     = var.image_uri
  image_config {
    command = ["handler.handler"]
  }
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.runner.function_name
  function_version = aws_lambda_function.runner.version
}

resource "aws_lambda_permission" "events" {
  statement_id  = "events"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.runner.function_name
  qualifier     = aws_lambda_alias.live.name
  principal     = "events.amazonaws.com"
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "${local.name}-runner-errors"
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = aws_lambda_function.runner.function_name }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
}

output "vpc_id" {
  value = aws_vpc.this.id
}

output "function_vpc_id" {
  value = aws_lambda_function.runner.vpc_config[0].vpc_id
}
