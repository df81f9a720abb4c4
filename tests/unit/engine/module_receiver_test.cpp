// tests/unit/engine/module_receiver_test.cpp: code that arrives is verified, once, and never half.
#include "engine/module_receiver.hpp"

#include <stdlib.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace enginery::engine {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using wire::ModuleAnswer;
using wire::ModuleChunk;
using wire::ModuleQuery;
using wire::ModuleStatus;

namespace fs = std::filesystem;

class ModuleReceiverTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "enginery-test-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    setenv("ENGINERY_CACHE", (folder_ / "cache").c_str(), 1);
    receiver_.emplace(
        engine_, brought_,
        [this](auto ticket, const ModuleAnswer& answer) {
          const std::lock_guard lock(mutex_);
          answers_[ticket] = answer;
          changed_.notify_all();
        },
        200ms);
  }
  void TearDown() override {
    receiver_.reset();
    fs::remove_all(folder_);
  }

  ModuleAnswer ask(ModuleReceiver::Request request) {
    const auto ticket = ++tickets_;
    receiver_->receive(ticket, std::move(request));
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return answers_.contains(ticket); });
    return answers_[ticket];
  }
  ModuleAnswer query(const modules::ModuleFile& file) { return ask(ModuleQuery{engine_, {file}}); }
  ModuleAnswer send(const modules::ModuleFile& file, const std::string& content, std::size_t chunk) {
    const std::size_t offset = chunk * ModuleChunk::kSize;
    return ask(ModuleChunk{engine_, file, offset, Bytes::copy(content.substr(offset, ModuleChunk::kSize))});
  }
  static modules::ModuleFile file_of(const std::string& content) {
    return {"norms.so",
            "/home/me/norms.so",
            {"c0ffee"},
            modules::ContentHash::of(std::as_bytes(std::span(content))),
            content.size()};
  }
  /// What the cache holds.
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / "cache"))
      if (entry.is_regular_file() && entry.path().filename() != ".turn") names.push_back(entry.path().filename());
    return names;
  }

  fs::path folder_;
  const Uuid engine_ = Uuid::random();
  const std::shared_ptr<modules::BroughtModules> brought_ = std::make_shared<modules::BroughtModules>();
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<transport::Responder::Ticket, ModuleAnswer> answers_;
  transport::Responder::Ticket tickets_ = 0;
  std::optional<ModuleReceiver> receiver_;
  const std::string content_ = std::string(ModuleChunk::kSize, 'a') + std::string(ModuleChunk::kSize, 'b') + "c";
};

TEST_F(ModuleReceiverTest, AModuleIsHereWhenAllItsChunksCameInAnyOrderAndTwice) {
  const modules::ModuleFile file = file_of(content_);
  EXPECT_THAT(query(file).missing, ElementsAre(0));
  for (const std::size_t chunk : {2, 0, 2, 1, 0}) EXPECT_EQ(send(file, content_, chunk).status, ModuleStatus::ok);
  EXPECT_FALSE(brought_->find(modules::GenerationId::of(file.build_id))) << "nobody has asked for it";
  EXPECT_THAT(query(file).missing, IsEmpty());
  const auto brought = brought_->find(modules::GenerationId::of(file.build_id));
  ASSERT_TRUE(brought);
  std::ifstream in(brought->back().cached, std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), content_);
  EXPECT_THAT(files(), ElementsAre("norms.so"));
  EXPECT_EQ(receiver_->received_bytes(), content_.size());
}

TEST_F(ModuleReceiverTest, AFlippedByteIsRefusedAndNothingIsKept) {
  const modules::ModuleFile file = file_of(content_);
  std::string flipped = content_;
  flipped[ModuleChunk::kSize + 7] ^= 1;
  send(file, flipped, 0);
  send(file, flipped, 1);
  const ModuleAnswer answer = send(file, flipped, 2);
  EXPECT_EQ(answer.status, ModuleStatus::refused);
  EXPECT_THAT(answer.words, HasSubstr(file.hash.hex()));
  EXPECT_THAT(query(file).missing, ElementsAre(0));
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(ModuleReceiverTest, AFileThatWasDamagedInTheCacheIsMissing) {
  const modules::ModuleFile file = file_of("code");
  send(file, "code", 0);
  std::ofstream(folder_ / "cache" / "modules" / "c0ffee" / "norms.so") << "c0de";
  EXPECT_THAT(query(file).missing, ElementsAre(0));
}

TEST_F(ModuleReceiverTest, WhatNobodyContinuesIsGivenUp) {
  const modules::ModuleFile file = file_of(content_);
  send(file, content_, 0);
  EXPECT_EQ(files().size(), 1u);
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (!files().empty() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(ModuleReceiverTest, TooManyAtOnceAreAskedToComeAgain) {
  std::size_t busy = 0;
  for (int i = 0; i < 20; ++i) {
    const std::string content = std::string(ModuleChunk::kSize, 'a') + std::to_string(i);
    busy += send(file_of(content), content, 0).status == ModuleStatus::busy;
  }
  EXPECT_GT(busy, 0u);
  EXPECT_LE(files().size(), 8u);
}

TEST_F(ModuleReceiverTest, WhatIsMeantForAnotherEngineIsNotTaken) {
  EXPECT_EQ(ask(ModuleQuery{Uuid::random(), {file_of("code")}}).status, ModuleStatus::wrong_engine);
  EXPECT_EQ(ask(ModuleChunk{Uuid::random(), file_of("code"), 0, Bytes::copy("code")}).status,
            ModuleStatus::wrong_engine);
}

TEST_F(ModuleReceiverTest, ACacheThatCannotBeWrittenIsRefusedInWords) {
  setenv("ENGINERY_CACHE", "/dev/null/cache", 1);
  const ModuleAnswer answer = send(file_of("code"), "code", 0);
  EXPECT_EQ(answer.status, ModuleStatus::refused);
  EXPECT_THAT(answer.words, HasSubstr("ENGINERY_CACHE"));
}

}  // namespace
}  // namespace enginery::engine
