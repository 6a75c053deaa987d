"""The site agent, and what it shares with the control plane. Knows no Django."""
