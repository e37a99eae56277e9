"""The machines: EC2 instances with their key pair, first disk, further disk and first-boot program."""

from pathlib import Path

from troposphere import AWSObject, Base64, GetAtt, Join, Ref, Select, Tags, ec2

from cloudformation.description import Aws, ExtVolume, Names
from cloudformation.logical import KEY_PAIR, instance_id

FIRST_BOOT = Path(__file__).with_name("first_boot.sh")


def machines(aws: Aws, names: Names) -> list[AWSObject]:
    """Key pair, instances `Instance1` … and their disks."""
    resources: list[AWSObject] = [ec2.KeyPair(KEY_PAIR, KeyName=names.stack, KeyType="ed25519")]
    for number, name in enumerate(names.nodes, start=1):
        resources.append(_instance(number, name, aws))
        if aws.ext:
            resources += _further_disk(number, aws.ext)
    return resources


def _instance(number: int, name: str, aws: Aws) -> ec2.Instance:
    # Where the project names its subnets their number is known, and a cluster is spread over them.
    subnet = (number - 1) % max(len(aws.subnet_ids), 1)
    return ec2.Instance(
        instance_id(number),
        ImageId=Ref("Image"),
        InstanceType=aws.type,
        KeyName=Ref(KEY_PAIR),
        SubnetId=Select(subnet, Ref("SubnetIds")),
        SecurityGroupIds=[GetAtt("SecurityGroup", "GroupId")],
        IamInstanceProfile=Ref("InstanceProfile"),
        MetadataOptions=ec2.MetadataOptions(
            HttpEndpoint="enabled", HttpTokens="required", HttpPutResponseHopLimit=1, InstanceMetadataTags="enabled"
        ),
        BlockDeviceMappings=[
            ec2.BlockDeviceMapping(
                DeviceName="/dev/xvda",  # what Debian's images call their root disk
                Ebs=ec2.EbsBlockDevice(
                    VolumeSize=aws.root.size, VolumeType="gp3", Encrypted=True, DeleteOnTermination=True
                ),
            )
        ],
        PropagateTagsToVolumeOnCreation=True,
        UserData=_first_boot(),
        Tags=Tags(Name=name),
    )


def _first_boot() -> Base64:
    head = ["#!/bin/bash\nexport CONTINUUM_BUCKET=", Ref("BuilderBucket"), " CONTINUUM_STACK=", Ref("AWS::StackName")]
    region = [" AWS_DEFAULT_REGION=", Ref("AWS::Region"), "\n"]
    return Base64(Join("", [*head, *region, FIRST_BOOT.read_text(encoding="utf-8")]))


def _further_disk(number: int, ext: ExtVolume) -> list[AWSObject]:
    volume = f"ExtVolume{number}"
    return [
        ec2.Volume(
            volume,
            AvailabilityZone=GetAtt(instance_id(number), "AvailabilityZone"),
            Size=ext.size,
            VolumeType="gp3",
            Encrypted=True,
            DeletionPolicy=ext.deletion_policy,
            UpdateReplacePolicy=ext.deletion_policy,
        ),
        ec2.VolumeAttachment(
            f"ExtVolumeAttachment{number}",
            Device=ext.device,
            InstanceId=Ref(instance_id(number)),
            VolumeId=Ref(volume),
        ),
    ]
