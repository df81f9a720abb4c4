/* cmake/program_stub.c: the executable of a program that lives in a shared object. */
extern int (*const enginery_program_main)(int, char**, char**);
int main(int argc, char** argv, char** environment) { return enginery_program_main(argc, argv, environment); }
