from tests.postgresql import cluster

__all__ = ["cluster"]
