// tests/headers/structs.cpp: a plugin whose tasks take and give structs, whose fields' names the compiler has to tell.
#include <string>
#include <string_view>
#include <vector>

#include <enginery/plugin.hpp>

namespace shapes {

struct Point {
  double x, y;
};
struct Polygon {
  std::string name;
  std::vector<Point> corners;
  bool closed = true;
};
template <class T>
struct Labelled {
  T object;
  int label_2;
};

Point centre(const Polygon& polygon) {
  Point sum{};
  for (const Point& corner : polygon.corners) sum = {sum.x + corner.x, sum.y + corner.y};
  const double count = static_cast<double>(polygon.corners.size());
  return {sum.x / count, sum.y / count};
}
Labelled<Point> labelled(const Point& point, int label) { return {point, label}; }

// What is on the wire: the names as they are written here, whichever compiler reads them.
using enginery::detail::Fields;
static_assert(Fields<Point>::name<0>() == "x" && Fields<Point>::name<1>() == "y");
static_assert(Fields<Polygon>::kCount == 3 && Fields<Polygon>::name<1>() == "corners");
static_assert(Fields<Labelled<Point>>::name<0>() == "object" && Fields<Labelled<Point>>::name<1>() == "label_2");

}  // namespace shapes

ENGINERY_PLUGIN(structs, m) {
  m.def("centre", shapes::centre, "polygon"_a);
  m.def("labelled", shapes::labelled);
}
