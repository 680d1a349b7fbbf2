"""What many formats share: the ways in which model interfaces and libraries write messages."""
