"""The connectors of the simulated Pastell: parapheurs, TdT, and the smaller ones, as data and behaviour."""
