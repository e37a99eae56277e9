"""The database: RDS PostgreSQL with its subnet group and a generated password that stands nowhere but in its secret."""

import json

from troposphere import AWSObject, GetAtt, Output, Ref, Sub, rds, secretsmanager

from cloudformation.description import Database, Names
from cloudformation.logical import SECRET
from cloudformation.security import POSTGRESQL


def database(described: Database, names: Names) -> list[AWSObject]:
    """`Database`, `DatabaseSubnetGroup` and `DatabaseSecret` (JSON: username, password)."""
    return [_secret(described, names), _subnet_group(names), _instance(described, names)]


def database_outputs(described: Database, names: Names) -> list[Output]:
    """Where the database is, what it is called, and where its password is."""
    return [
        Output("RDSHost", Value=GetAtt("Database", "Endpoint.Address")),
        Output("RDSPort", Value=GetAtt("Database", "Endpoint.Port")),
        Output("RDSDatabase", Value=_name(described, names)),
        Output("RDSSecret", Value=Ref(SECRET), Description="ARN of the secret with username and password"),
    ]


def _secret(described: Database, names: Names) -> secretsmanager.Secret:
    return secretsmanager.Secret(
        SECRET,
        Description=f"Owner of the database of {names.stack}",
        GenerateSecretString=secretsmanager.GenerateSecretString(
            SecretStringTemplate=json.dumps({"username": described.username}),
            GenerateStringKey="password",
            PasswordLength=32,
            ExcludePunctuation=True,  # it stands in URLs and settings files
        ),
    )


def _subnet_group(names: Names) -> rds.DBSubnetGroup:
    return rds.DBSubnetGroup(
        "DatabaseSubnetGroup", DBSubnetGroupDescription=f"Database of {names.stack}", SubnetIds=Ref("SubnetIds")
    )


def _instance(described: Database, names: Names) -> rds.DBInstance:
    return rds.DBInstance(
        "Database",
        Engine=described.engine,
        EngineVersion=described.version,
        DBInstanceClass=described.type,
        AllocatedStorage=str(described.storage),
        StorageType="gp3",
        StorageEncrypted=True,
        DBName=_name(described, names),
        Port=str(POSTGRESQL),
        MasterUsername=described.username,
        MasterUserPassword=Sub(f"{{{{resolve:secretsmanager:${{{SECRET}}}:SecretString:password}}}}"),
        DBSubnetGroupName=Ref("DatabaseSubnetGroup"),
        VPCSecurityGroups=[GetAtt("DatabaseSecurityGroup", "GroupId")],
        PubliclyAccessible=False,
        MultiAZ=described.multi_az,
        BackupRetentionPeriod=described.backup_retention,
        CopyTagsToSnapshot=True,
        AutoMinorVersionUpgrade=True,
        DeletionPolicy=described.deletion_policy,
        UpdateReplacePolicy=described.deletion_policy,
    )


def _name(described: Database, names: Names) -> str:
    return described.name or names.project.replace("-", "_")
