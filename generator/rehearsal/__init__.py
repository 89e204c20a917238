"""The rehearsal: an environment goes through its whole life on the embedded AWS, in the order an operator follows."""
