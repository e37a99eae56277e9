"""Who may connect: the machines' security group, and the database's."""

from troposphere import AWSObject, GetAtt, Ref, ec2

from cloudformation.description import EVERYWHERE, Aws, Names, Port

SSH = 22
POSTGRESQL = 5432


def security_groups(aws: Aws, names: Names) -> list[AWSObject]:
    """`SecurityGroup` of the machines; with a database also `DatabaseSecurityGroup`, open to those machines only."""
    groups: list[AWSObject] = [
        ec2.SecurityGroup(
            "SecurityGroup",
            GroupDescription=f"Machines of {names.stack}",
            VpcId=Ref("VpcId"),
            SecurityGroupIngress=_rules(aws),
        )
    ]
    if aws.rds:
        groups.append(
            ec2.SecurityGroup(
                "DatabaseSecurityGroup",
                GroupDescription=f"Database of {names.stack}",
                VpcId=Ref("VpcId"),
                SecurityGroupIngress=[
                    ec2.SecurityGroupRule(
                        IpProtocol="tcp",
                        FromPort=POSTGRESQL,
                        ToPort=POSTGRESQL,
                        SourceSecurityGroupId=GetAtt("SecurityGroup", "GroupId"),
                        Description="PostgreSQL from the machines of the stack",
                    )
                ],
            )
        )
    return groups


def _rules(aws: Aws) -> list[ec2.SecurityGroupRule]:
    wanted = {(port.protocol, port.guest, network) for port in aws.ports.values() for network in _networks(port, aws)}
    return [
        ec2.SecurityGroupRule(
            IpProtocol=protocol,
            FromPort=port,
            ToPort=port,
            CidrIp=network,
            Description=f"{port}/{protocol} from {'everywhere' if network == EVERYWHERE else network}",
        )
        for protocol, port, network in sorted(wanted)
    ]


def _networks(port: Port, aws: Aws) -> tuple[str, ...]:
    if port.cidr_ip:
        return (port.cidr_ip,)
    return aws.ssh_from if port.guest == SSH else (EVERYWHERE,)
