"""What is kept: scenarios on the production network, chokepoints, exposure, remedies."""
