// core/enginery/export.hpp: which symbols a library of enginery gives away.
#pragma once

#define ENGINERY_API __attribute__((visibility("default")))
