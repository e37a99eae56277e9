"""What a template asks its caller for: network, image and the builder's bucket."""

from troposphere import Parameter

# where Debian publishes the id of its newest image of Debian 12: https://wiki.debian.org/Cloud/AmazonEC2Image/Bookworm
DEBIAN_12 = "/aws/service/debian/release/12/latest/amd64"


def parameters() -> list[Parameter]:
    """The parameters of every stack. The builder fills them in at its creation and keeps them at updates."""
    return [
        Parameter("VpcId", Type="AWS::EC2::VPC::Id", Description="Network of the stack"),
        Parameter("SubnetIds", Type="List<AWS::EC2::Subnet::Id>", Description="Subnets of machines and database"),
        Parameter(
            "Image",
            # not AWS::SSM::Parameter::Value<…>: CloudFormation would look that up anew at each update, and the first
            # update after Debian's next release would replace every machine
            Type="AWS::EC2::Image::Id",
            Description="Image that the machines start from",
        ),
        Parameter("BuilderBucket", Type="String", Description="Bucket with the Salt tree and the projects' code"),
    ]
