"""The product: catalog, configuration, deployments. Knows no HTTP."""
