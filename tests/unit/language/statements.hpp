// tests/unit/language/statements.hpp: random statements that mean the same to Python and to us.
#pragma once

#include <random>
#include <string>
#include <vector>

namespace enginery::evaluator {

/// Programs of a few statements about a few variables, most of which work.
class Statements {
 public:
  explicit Statements(unsigned seed) : random_(seed) {}

  std::vector<std::string> program();

 private:
  enum class Sort { integer, real, boolean, complex, text, list, tuple, dict };

  unsigned up_to(unsigned count) { return static_cast<unsigned>(random_()) % count; }
  bool one_in(unsigned count) { return up_to(count) == 0; }
  template <class... Texts>
  std::string one_of(Texts... texts) {
    const std::string all[] = {texts...};
    return all[up_to(sizeof...(texts))];
  }
  Sort any_sort() { return static_cast<Sort>(up_to(8)); }

  std::string statement();
  std::string target();
  std::string assignment_to_part();
  std::string variable(Sort sort);
  std::string any(int depth) { return expression(any_sort(), depth); }
  std::string expression(Sort sort, int depth);
  std::string literal(Sort sort, int depth);
  std::string integer(int depth);
  std::string real(int depth);
  std::string boolean(int depth);
  std::string complex(int depth);
  std::string text(int depth);
  std::string list(int depth);
  std::string tuple(int depth);
  std::string dict(int depth);
  std::string sequence(int depth);
  std::string number(int depth);
  std::string slice(int depth);
  std::string items(int depth, unsigned most);

  std::mt19937 random_;
};

}  // namespace enginery::evaluator
