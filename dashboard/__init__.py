"""The publishing dashboard: where editors see, preview, publish and schedule."""
