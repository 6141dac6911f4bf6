"""The incident deck: incidents to play, each as its file in evsim/incidents has it."""
