"""What is done: the rules, the bundle, the use cases, the store and the faces of SEN Exchange."""
