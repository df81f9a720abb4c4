// tests/unit/delivery/cache_eviction_test.cpp: the module cache stays within its bound, and survives its writers.
#include "core/delivery/module_cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string_view>
#include <thread>

#include "core/processes/pid.hpp"
#include "tests/unit/modules/plugin_fixture.hpp"

namespace enginery::modules {
namespace {

using testing::HasSubstr;

namespace fs = std::filesystem;

class CacheEvictionTest : public PluginTest {
 protected:
  static constexpr std::size_t kMebibyte = 1u << 20;

  void SetUp() override {
    PluginTest::SetUp();
    setenv("ENGINERY_CACHE_LIMIT", "3", 1);
  }
  void TearDown() override {
    unsetenv("ENGINERY_CACHE_LIMIT");
    PluginTest::TearDown();
  }

  static ModuleFile file(const std::string& build, std::string_view content) {
    return {
        "norms.so", "/home/me/norms.so", {build}, ContentHash::of(std::as_bytes(std::span(content))), content.size()};
  }
  /// Puts a file of one MiB into the cache, last used at that second.
  fs::path keep(const std::string& build, time_t second) const {
    const fs::path kept = ModuleCache::standard().keep({build}, "norms.so", std::as_bytes(std::span(mebibyte_)));
    const timespec times[] = {{second, 0}, {second, 0}};
    EXPECT_EQ(utimensat(AT_FDCWD, kept.c_str(), times, 0), 0);
    return kept;
  }
  fs::path modules() const { return folder_ / "cache" / "modules"; }
  std::size_t temporaries() const {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(modules()))
      count += entry.path().filename().string().starts_with(IncomingFile::kPrefix);
    return count;
  }

  const std::string mebibyte_ = std::string(kMebibyte, 'm');
};

TEST_F(CacheEvictionTest, WhatWasNotUsedForLongestGoesFirst) {
  const fs::path first = keep("a1", 100), second = keep("a2", 200), third = keep("a3", 300);
  EXPECT_TRUE(ModuleCache::standard().find(file("a1", mebibyte_)));  // used now
  keep("a4", 400);
  EXPECT_TRUE(fs::exists(first));
  EXPECT_FALSE(fs::exists(second)) << "the bound of 3 MiB is broken, or another had to go";
  EXPECT_FALSE(fs::exists(second.parent_path()));
  EXPECT_TRUE(fs::exists(third));
}

TEST_F(CacheEvictionTest, OneThatIsLargerThanTheBoundServesAlone) {
  const fs::path other = keep("a1", 100);
  const std::string large(5 * kMebibyte, 'l');
  const fs::path kept = ModuleCache::standard().keep({"a2"}, "norms.so", std::as_bytes(std::span(large)));
  EXPECT_TRUE(fs::exists(kept));
  EXPECT_FALSE(fs::exists(other));
}

TEST_F(CacheEvictionTest, AFileThatWasFoundIsHadThoughItIsEvicted) {
  keep("a1", 100);
  const ModuleCache cache = ModuleCache::standard();
  const auto found = cache.find(file("a1", mebibyte_));
  ASSERT_TRUE(found);
  fs::remove_all(modules());
  cache.restore(*found);
  EXPECT_EQ(bytes_of(found->cached), std::vector<char>(kMebibyte, 'm'));
}

TEST_F(CacheEvictionTest, AFileWhoseBytesHaveAnotherHashIsNotFound) {
  const fs::path kept = keep("a1", 100);
  EXPECT_FALSE(ModuleCache::standard().find(file("a1", std::string(kMebibyte, 'x'))));
  EXPECT_TRUE(ModuleCache::standard().find(file("a1", mebibyte_)));
}

TEST_F(CacheEvictionTest, BytesThatHaveNotTheirHashAreRefusedAndLeaveNothing) {
  const ModuleCache cache = ModuleCache::standard();
  const ModuleFile wanted = file("a1", "code");
  {
    IncomingFile incoming(cache.place_of(wanted));
    incoming.write(0, std::as_bytes(std::span(std::string_view("code").substr(0, 3))));
    incoming.write(3, std::as_bytes(std::span(std::string_view("E"))));
    EXPECT_THAT(refusal([&] { cache.accept(incoming, wanted); }).what(), HasSubstr(wanted.hash.hex()));
  }
  EXPECT_FALSE(fs::exists(cache.place_of(wanted)));
  EXPECT_EQ(temporaries(), 0u);
}

TEST_F(CacheEvictionTest, TwoWritersAtOnceLeaveOneWholeFile) {
  const ModuleFile wanted = file("a1", mebibyte_);
  const auto write_it = [&] {
    const ModuleCache cache = ModuleCache::standard();
    for (int i = 0; i < 50; ++i) {
      IncomingFile incoming(cache.place_of(wanted));
      incoming.write(0, std::as_bytes(std::span(mebibyte_)));
      const BroughtFile brought = cache.accept(incoming, wanted);
      ASSERT_TRUE(cache.find(wanted));
      ASSERT_EQ(ContentHash::of(brought.content->get(), wanted.size), wanted.hash);
    }
  };
  std::thread other(write_it);
  write_it();
  other.join();
  EXPECT_EQ(temporaries(), 0u);
}

TEST_F(CacheEvictionTest, WhatAKilledWriterLeftIsRemovedAndWhatALiveOneWritesIsNot) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t writer = fork();
  if (writer == 0) {
    IncomingFile incoming(modules() / "a1" / "norms.so");
    incoming.write(0, std::as_bytes(std::span(mebibyte_)));
    [[maybe_unused]] const ssize_t told = ::write(ready[1], "!", 1);
    for (;;) pause();
  }
  char told = 0;
  ASSERT_EQ(read(ready[0], &told, 1), 1);
  close(ready[0]);
  close(ready[1]);
  keep_within(modules(), 3 * kMebibyte, {});
  EXPECT_EQ(temporaries(), 1u);
  cluster::send_signal(writer, SIGKILL);
  waitpid(writer, nullptr, 0);
  keep_within(modules(), 3 * kMebibyte, {});
  EXPECT_EQ(temporaries(), 0u);
}

TEST_F(CacheEvictionTest, TheBoundIsInMebibytesAndGarbageIsTheUsualOne) {
  EXPECT_EQ(cache_limit(), 3 * kMebibyte);
  for (const char* garbage : {"", "many", "3G", "-1"}) {
    setenv("ENGINERY_CACHE_LIMIT", garbage, 1);
    EXPECT_EQ(cache_limit(), 4096 * kMebibyte) << garbage;
  }
}

}  // namespace
}  // namespace enginery::modules
