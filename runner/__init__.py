"""The code runner: compiles and runs one untrusted program under limits and says what happened."""
