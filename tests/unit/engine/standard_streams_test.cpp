// tests/unit/engine/standard_streams_test.cpp: what tasks do to the standard streams does not outlive them.
#include "engine/standard_streams.hpp"

#include <fcntl.h>
#include <locale.h>
#include <sys/mman.h>
#include <unistd.h>

#include <clocale>
#include <cwchar>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <locale>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/engine/captured_task.hpp"

namespace enginery::engine {
namespace {

/// A buffer that is not the engine's; as gone, nobody may touch it.
class ForeignBuffer : public std::stringbuf {
 public:
  bool gone = false, touched = false;

 protected:
  int sync() override {
    touched |= gone;
    return 0;
  }
  int_type overflow(int_type letter) override {
    touched |= gone;
    return std::stringbuf::overflow(letter);
  }
  void imbue(const std::locale&) override { touched |= gone; }
};

struct Named {
  const char* name;
  std::function<void()> act;
};

class StandardStreamsTest : public CapturedTaskTest {
 protected:
  /// All ways to print, and how numbers look in them.
  static void print() {
    std::cout << "cout " << std::setw(6) << 255 << ' ' << 1234.5 << ' ' << true << '\n';
    std::printf("printf %g\n", 1234.5);
    std::cerr << "cerr " << 255 << '\n';
    std::clog << "clog " << 255 << '\n';
    std::fprintf(stderr, "fprintf %g\n", 1234.5);
    std::ostringstream text;
    text << 1234.5;
    std::cout << text.str() << '\n';
  }
  static constexpr const char* kOut = "cout    255 1234.5 1\nprintf 1234.5\n1234.5\n";
  static constexpr const char* kErr = "cerr 255\nclog 255\nfprintf 1234.5\n";

  /// Each task is followed by one that prints as if it were the first.
  void expect_harmless(const std::vector<Named>& tasks) {
    for (const auto& [name, act] : tasks) {
      SCOPED_TRACE(name);
      task(act);
      const Output::Texts printed = task(print);
      EXPECT_EQ(printed.out, kOut);
      EXPECT_EQ(printed.err, kErr);
    }
  }
};

TEST_F(StandardStreamsTest, ABufferThatIsGoneIsNotTouched) {
  std::vector<std::unique_ptr<ForeignBuffer>> buffers;
  for (std::ostream* const stream : {&std::cout, &std::cerr, &std::clog}) {
    buffers.push_back(std::make_unique<ForeignBuffer>());
    ForeignBuffer& buffer = *buffers.back();
    task([&] {
      stream->rdbuf(&buffer);
      *stream << "into it";
      buffer.gone = true;
    });
    EXPECT_EQ(task(print).out, kOut);
    EXPECT_EQ(buffer.str(), "into it");
    EXPECT_FALSE(buffer.touched);
  }
  ForeignBuffer tied;
  std::ostream stream(&tied);
  task([&] {
    std::cout.tie(&stream);
    std::cerr.tie(&stream);
    tied.gone = true;
  });
  EXPECT_EQ(task(print).err, kErr);
  EXPECT_FALSE(tied.touched);
}

TEST_F(StandardStreamsTest, FormatAndStateAreThoseOfTheBegin) {
  static const int word = std::ios_base::xalloc();
  expect_harmless({
      {"nothing", [] {}},
      {"hex", [] { std::cout << std::hex << std::showbase, std::cerr << std::hex; }},
      {"width, fill", [] { std::cout << std::setw(30) << std::setfill('*'), std::clog << std::setw(30); }},
      {"precision", [] { std::cout << std::setprecision(2) << std::fixed << std::boolalpha; }},
      {"badbit", [] { std::cout.setstate(std::ios::badbit), std::cerr.setstate(std::ios::failbit); }},
      {"no buffer", [] { std::cout.rdbuf(nullptr), std::clog.rdbuf(nullptr); }},
      {"exceptions",
       [] {
         std::cout.exceptions(std::ios::badbit | std::ios::failbit);
         try {
           std::cout.setstate(std::ios::badbit);
         } catch (const std::ios::failure&) {}
       }},
      {"sync_with_stdio", [] { std::ios::sync_with_stdio(false); }},
      {"callback",
       [] {
         std::cout.register_callback([](std::ios_base::event, std::ios_base&, int) {}, 0);
         std::cout.iword(word) = 7;
       }},
  });
  EXPECT_EQ(std::cout.iword(word), 0);
  EXPECT_EQ(std::cin.tie(), &std::cout);
}

TEST_F(StandardStreamsTest, ReadingToTheEndLeavesTheStreamsReadable) {
  task([] {
    std::cin.setstate(std::ios::eofbit | std::ios::failbit);
    std::wcin.setstate(std::ios::badbit);
    std::fclose(stdin);
  });
  EXPECT_TRUE(std::cin.good());
  EXPECT_TRUE(std::wcin.good());
  EXPECT_EQ(::fileno(stdin), STDIN_FILENO);
  EXPECT_GE(::fcntl(STDIN_FILENO, F_GETFD), 0);
}

TEST_F(StandardStreamsTest, TheStreamsOfCAreOpenAndOurs) {
  const std::string file = testing::TempDir() + "standard_streams_test." + std::to_string(::getpid());
  std::FILE* other = nullptr;
  expect_harmless({
      {"fclose", [] { std::fclose(stdout), std::fclose(stderr); }},
      {"fclose, open", [] { std::fclose(stdout), ::open("/dev/null", O_WRONLY); }},
      {"close", [] { ::close(1), std::printf("lost"), ::close(2), std::fprintf(stderr, "lost"); }},
      {"unbuffered", [] { std::setvbuf(stdout, nullptr, _IONBF, 0); }},
      {"fully buffered", [] { std::setvbuf(stdout, nullptr, _IOFBF, 0), std::setvbuf(stderr, nullptr, _IOFBF, 100); }},
      {"freopen",
       [&] {
         if (std::freopen(file.c_str(), "w", stdout)) std::printf("to the file");
       }},
      {"another", [&] { stdout = other = std::fopen("/dev/null", "w"); }},
      {"closed", [] { ::close(1), ::close(2), std::fclose(stdout); }},
      {"wide", [] { std::wprintf(L"wide"), std::fwprintf(stderr, L"wide"); }},
      {"wide streams", [] { std::wcout << L"wide", std::wcerr << L"wide"; }},
  });
  std::fclose(other);
  std::ifstream written(file);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(written), {}), "to the file");
  ::unlink(file.c_str());
  EXPECT_EQ(task([] { std::wcout << L"wide " << 1 << L'\n'; }).out, "wide 1\n") << "after a task that printed bytes";
  EXPECT_EQ(::fileno(stdout), STDOUT_FILENO);
}

TEST_F(StandardStreamsTest, ABufferOfStdoutThatIsGoneIsNotTouched) {
  const std::size_t size = 1 << 16;
  void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  EXPECT_EQ(task([&] {
              std::setvbuf(stdout, static_cast<char*>(memory), _IOFBF, size);
              std::printf("kept, since the buffer is there\n");
            }).out,
            "kept, since the buffer is there\n");
  task([&] {
    std::setvbuf(stdout, static_cast<char*>(memory), _IOFBF, size);
    std::printf("gone with its buffer");
    ::munmap(memory, size);
  });
  EXPECT_EQ(task(print).out, kOut);
}

TEST_F(StandardStreamsTest, LocalesAreThoseOfTheBegin) {
  struct Commas : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    std::string do_grouping() const override { return "\3"; }
  };
  const std::locale commas(std::locale::classic(), new Commas);
  const ::locale_t utf8 = ::newlocale(LC_ALL_MASK, "C.UTF-8", nullptr);
  expect_harmless({
      {"global", [&] { std::locale::global(commas); }},
      {"imbued", [&] { std::cout.imbue(commas), std::cerr.imbue(commas); }},
      {"setlocale", [] { std::setlocale(LC_ALL, "C.UTF-8"); }},
      {"uselocale", [&] { ::uselocale(utf8); }},
  });
  EXPECT_STREQ(std::setlocale(LC_ALL, nullptr), "C");
  EXPECT_EQ(std::locale(), std::locale::classic());
  EXPECT_EQ(::uselocale(nullptr), LC_GLOBAL_LOCALE);
  ::freelocale(utf8);
}

}  // namespace
}  // namespace enginery::engine
