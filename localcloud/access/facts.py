"""Condition keys that hold for every request (IAM User Guide, "AWS global condition context keys")."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from localcloud.access.caller import Principal
from localcloud.home import ACCOUNT, REGION

# Nothing that comes here has left the host: it is as private as TLS makes it, and most policies ask for TLS.
SECURE = ("true",)


def facts_of(environ: Mapping[str, Any], who: Principal, now: float) -> dict[str, tuple[str, ...]]:
    keys = {
        **who.facts,
        "aws:securetransport": SECURE,
        "aws:sourceip": (str(environ.get("REMOTE_ADDR", "")),),
        "aws:currenttime": (datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),),
        "aws:epochtime": (str(int(now)),),
        "aws:requestedregion": (REGION,),
        "aws:resourceaccount": (ACCOUNT,),
        "aws:viaawsservice": ("false",),
        "aws:principalisawsservice": ("false",),
    }
    if agent := environ.get("HTTP_USER_AGENT"):
        keys["aws:useragent"] = (str(agent),)
    if referer := environ.get("HTTP_REFERER"):
        keys["aws:referer"] = (str(referer),)
    return keys


def service_facts(service: str, source_arn: str) -> dict[str, tuple[str, ...]]:
    """Those of a call that a service makes on behalf of a resource of this account."""
    return {
        "aws:securetransport": SECURE,
        "aws:sourcearn": (source_arn,),
        "aws:sourceaccount": (ACCOUNT,),
        "aws:epochtime": (str(int(time.time())),),
        "aws:principalisawsservice": ("true",),
        "aws:principalservicename": (service,),
        "aws:viaawsservice": ("false",),
        "aws:resourceaccount": (ACCOUNT,),
    }
