// tests/test_headers.cpp: carries the precompiled headers of all tests.
