"""From the description of what a project asks of AWS to a CloudFormation template.

`description` has the typed description (and is the schema of the `aws` section in projects/*.yaml), `template` puts
a template together from it, and each other file makes one family of AWS resources. Imports nothing of builder."""
