// No colour: for lists of which only the depth is wanted.

void main() {}
