"""From typed constructs to Terraform's language: expressions, resources, modules and the writer of .tf files."""
