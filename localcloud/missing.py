"""What CloudFormation asks for and moto does not do: detailed monitoring, parameters and descriptions taken back."""

from __future__ import annotations

from typing import Any


def add() -> None:
    """Give moto these calls."""
    _monitoring()
    _parameters()
    _descriptions()


def _monitoring() -> None:
    """MonitorInstances and UnmonitorInstances."""
    from moto.core.responses import ActionResult
    from moto.ec2.responses.monitoring import Monitoring

    def switched(state: str) -> Any:
        def switch(self: Any) -> ActionResult:
            instances = [self.ec2_backend.get_instance(each) for each in self._get_param("InstanceIds", [])]
            for instance in instances:
                instance.monitoring_state = state
            told = [{"InstanceId": each.id, "Monitoring": {"State": state}} for each in instances]
            return ActionResult({"InstanceMonitorings": told})

        return switch

    Monitoring.monitor_instances = switched("enabled")
    Monitoring.unmonitor_instances = switched("disabled")


def _parameters() -> None:
    """ResetDBParameterGroup."""
    from moto.core.responses import ActionResult
    from moto.rds.responses import RDSResponse

    def reset_db_parameter_group(self: Any) -> ActionResult:
        name = self.params.get("DBParameterGroupName")
        group = self.backend.modify_db_parameter_group(name, [])
        if str(self.params.get("ResetAllParameters", False)).lower() == "true":
            group.parameters.clear()
        for parameter in self.params.get("Parameters", []):
            group.parameters.pop(parameter["ParameterName"], None)
        return ActionResult({"DBParameterGroupName": group.name})

    RDSResponse.reset_db_parameter_group = reset_db_parameter_group


def _descriptions() -> None:
    """UpdateSecret with an empty description: moto keeps the one there was."""
    from moto.secretsmanager.models import SecretsManagerBackend

    update_secret_only = SecretsManagerBackend.update_secret

    def update_secret(self: Any, *words: Any, **given: Any) -> str:
        told: str = update_secret_only(self, *words, **given)
        if given.get("description") == "":
            self.secrets[given["secret_id"]].description = ""
        return told

    SecretsManagerBackend.update_secret = update_secret
