// tests/process/run_script.cpp: a client of its own process that runs a script on engine 0: run_script FILE.
#include <enginery/client.hpp>

int main(int, char** argv) {
  enginery::Client rc;
  rc[0].run(argv[1]).get();
}
