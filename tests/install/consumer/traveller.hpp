// consumer/traveller.hpp: what the program traveller is made of.
#pragma once

long in_the_other_source(long x);
__attribute__((visibility("default"))) long in_the_library(long x);
