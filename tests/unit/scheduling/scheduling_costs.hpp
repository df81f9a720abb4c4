// tests/unit/scheduling/scheduling_costs.hpp: what an event costs.
#pragma once

namespace enginery::scheduling::simulation {

/// Prints a table: by engines, jobs and targets.
void print_costs();

}  // namespace enginery::scheduling::simulation
