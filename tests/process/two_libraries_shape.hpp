// tests/process/two_libraries_shape.hpp: a library of the user's own that needs another of which there are two builds.
#pragma once

namespace shape {

long area(long width);

}  // namespace shape
