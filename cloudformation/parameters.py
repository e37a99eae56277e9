"""What a template asks its caller for: network, image and the builder's bucket.."""

from troposphere import Parameter

DEBIAN_12 = "/aws/service/debian/release/12/latest/amd64"


def parameters() -> list[Parameter]:
    """The parameters of every stack. The builder fills them in at its creation and keeps them at updates."""
    return [
        Parameter("VpcId", Type="AWS::EC2::VPC::Id", Description="Network of the stack"),
        Parameter("SubnetIds", Type="List<AWS::EC2::Subnet::Id>", Description="Subnets of machines and database"),
        Parameter(
            "Image",
            Type="AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
            Default=DEBIAN_12,
            Description="SSM parameter that holds the id of the machines' image",
        ),
        Parameter("BuilderBucket", Type="String", Description="Bucket with the Salt tree and the projects' code"),
    ]
