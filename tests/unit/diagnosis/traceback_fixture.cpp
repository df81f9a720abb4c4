// tests/unit/diagnosis/traceback_fixture.cpp: code whose line is known.
#define EXPORTED extern "C" __attribute__((visibility("default")))

EXPORTED const int traceback_fixture_line;
EXPORTED int traceback_fixture(int x);

const int traceback_fixture_line = __LINE__ + 1;
int traceback_fixture(int x) { return 3 * x + traceback_fixture_line; }
