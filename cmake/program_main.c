/* cmake/program_main.c: what a program's shared object shows of itself: where its main is. */
extern int main(int, char**, char**);
__attribute__((visibility("default"))) int (*const enginery_program_main)(int, char**, char**) = main;
