// tests/fuzz/mutating_driver.cpp: runs a fuzz target on recorded inputs and on what mutation makes of them.
//
// usage: TARGET CORPUS ROUNDS
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::string mutated(std::string input, const std::vector<std::string>& corpus, std::mt19937_64& random) {
  const auto below = [&](std::size_t n) { return n ? random() % n : 0; };
  for (std::size_t edits = 1 + below(4); edits > 0; --edits) {
    switch (below(6)) {
      case 0:
        if (!input.empty()) input[below(input.size())] ^= static_cast<char>(1 << below(8));
        break;
      case 1:
        input.resize(below(input.size() + 1));
        break;
      case 2:
        input += std::string(below(64), static_cast<char>(random()));
        break;
      case 3:
        if (input.size() >= 4) {
          const std::uint32_t numbers[] = {0,          1,          0x7fffffff,
                                           0x80000000, 0xffffffff, static_cast<std::uint32_t>(random())};
          input.replace(below(input.size() - 3), 4, reinterpret_cast<const char*>(&numbers[below(6)]), 4);
        }
        break;
      case 4:
        if (input.size() >= 8) input.replace(below(input.size() - 7), 8, std::string(8, below(2) ? '\xff' : '\0'));
        break;
      default: {
        const std::string& other = corpus[below(corpus.size())];
        input = input.substr(0, below(input.size() + 1)) + other.substr(below(other.size() + 1));
      }
    }
  }
  return input;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s CORPUS ROUNDS\n", argv[0]);
    return 2;
  }
  std::vector<std::string> corpus;
  for (const auto& file : std::filesystem::directory_iterator(argv[1])) {
    std::ifstream in(file.path(), std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    run(corpus.back());
  }
  if (corpus.empty()) {
    std::fprintf(stderr, "%s holds no inputs\n", argv[1]);
    return 1;
  }
  std::mt19937_64 random(1);
  const long rounds = std::atol(argv[2]);
  for (long i = 0; i < rounds; ++i) run(mutated(corpus[random() % corpus.size()], corpus, random));
  std::printf("%zu inputs and %ld mutations were read or refused\n", corpus.size(), rounds);
}
