"""Load balancers, CDN, caches: kept by the API; nothing stands behind them."""

from __future__ import annotations

import socket
from typing import Any

from tests.localcloud.api.check import At, check, refused
from tests.localcloud.api.checks.ec2 import default_vpc


@check(
    "elbv2",
    "CreateLoadBalancer DescribeLoadBalancers CreateTargetGroup CreateListener DescribeListeners DescribeTargetHealth",
    "DeleteLoadBalancer",
)
def balancers(at: At) -> None:
    """Load balancers, listeners and target groups are read back"""
    elb, ec2 = at("elbv2"), at("ec2")
    asked = [{"Name": "vpc-id", "Values": [default_vpc(ec2)]}]
    subnets = [each["SubnetId"] for each in ec2.describe_subnets(Filters=asked)["Subnets"]][:2]
    made = elb.create_load_balancer(Name="api-balancer", Subnets=subnets)["LoadBalancers"][0]
    arn = made["LoadBalancerArn"]
    target = {"Protocol": "HTTP", "Port": 80, "VpcId": default_vpc(ec2)}
    group = elb.create_target_group(Name="api-targets", **target)["TargetGroups"][0]["TargetGroupArn"]
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    elb.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=forward)
    assert elb.describe_listeners(LoadBalancerArn=arn)["Listeners"][0]["Port"] == 80
    assert elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"] == []
    assert elb.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"][0]["DNSName"] == made["DNSName"]
    at.differs("kept, nothing answers", _resolves(made["DNSName"]), here=False, aws=True)
    elb.delete_load_balancer(LoadBalancerArn=arn)
    assert refused(elb.describe_load_balancers, LoadBalancerArns=[arn]) in ("LoadBalancerNotFound", "")


@check("cloudfront", "CreateDistribution GetDistribution ListDistributions UpdateDistribution DeleteDistribution")
def distributions(at: At) -> None:
    """Distributions are read back; one that is enabled can't be deleted"""
    front = at("cloudfront")
    origin = {"Id": "o", "DomainName": "b.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    config = {
        "CallerReference": at.name(),
        "Comment": "c",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {
            "TargetOriginId": "o",
            "ViewerProtocolPolicy": "allow-all",
            "MinTTL": 0,
            "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
        },
    }
    made = front.create_distribution(DistributionConfig=config)["Distribution"]
    told = front.get_distribution(Id=made["Id"])
    assert told["Distribution"]["DistributionConfig"]["Comment"] == "c"
    pages = front.get_paginator("list_distributions").paginate()
    assert made["Id"] in {each["Id"] for page in pages for each in page["DistributionList"].get("Items", [])}
    at.differs("kept, nothing answers", _resolves(made["DomainName"]), here=False, aws=True)
    kept = {**told["Distribution"]["DistributionConfig"], "Enabled": False}
    etag = front.update_distribution(Id=made["Id"], IfMatch=told["ETag"], DistributionConfig=kept)["ETag"]
    front.delete_distribution(Id=made["Id"], IfMatch=etag)
    assert refused(front.get_distribution, Id=made["Id"]) == "NoSuchDistribution"


@check("elasticache", "CreateCacheCluster DescribeCacheClusters DeleteCacheCluster")
def caches(at: At) -> None:
    """Cache clusters are read back"""
    cache = at("elasticache")
    cache.create_cache_cluster(
        CacheClusterId="api-cache", Engine="redis", NumCacheNodes=1, CacheNodeType="cache.t3.micro"
    )
    (told,) = cache.describe_cache_clusters(CacheClusterId="api-cache", ShowCacheNodeInfo=True)["CacheClusters"]
    assert told["Engine"] == "redis"
    at.differs("kept, nothing answers", any(map(_answers, told.get("CacheNodes", []))), here=False, aws=True)
    cache.delete_cache_cluster(CacheClusterId="api-cache")


def _answers(node: dict[str, Any]) -> bool:
    return _resolves(node.get("Endpoint", {}).get("Address", "nowhere.invalid"))


def _resolves(name: str) -> bool:
    try:
        socket.getaddrinfo(name, 80)
    except OSError:
        return False
    return True
