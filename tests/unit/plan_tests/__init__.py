"""Tests of the plan tests' own machinery; those that plan use terraform_data where the AWS provider adds nothing."""
