// tests/test_headers.cpp: carries the precompiled headers of all tests, which are executables as this is.
int main() {}
