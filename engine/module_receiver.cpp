// engine/module_receiver.cpp: the end at which code arrives.
//
// A chunk is written to its place in a temporary file of the cache. After the last chunk the file is hashed and gets
// its name. Between two chunks only the list of those that came is kept. So a client that dies in the middle costs a
// file until its transfer is given up, and an engine that dies costs one until the cache is cleaned.
#include "engine/module_receiver.hpp"

#include <algorithm>
#include <utility>

#include <enginery/errors.hpp>

namespace enginery::engine {

constexpr std::size_t kMostJobs = 12;
constexpr std::size_t kMostTransfers = 8;

ModuleReceiver::ModuleReceiver(const Uuid& engine, std::shared_ptr<modules::BroughtModules> brought, OnAnswer on_answer,
                               std::chrono::milliseconds idle)
    : engine_(engine), brought_(std::move(brought)), on_answer_(std::move(on_answer)), idle_(idle) {
  thread_ = std::thread([this] { run(); });
}

ModuleReceiver::~ModuleReceiver() { stop(); }

void ModuleReceiver::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ModuleReceiver::receive(transport::Responder::Ticket ticket, Request request) {
  {
    const std::lock_guard lock(mutex_);
    if (stop_) return;
    if (jobs_.size() < kMostJobs) {
      jobs_.push_back({ticket, std::move(request)});
      changed_.notify_one();
      return;
    }
  }
  on_answer_(ticket, {wire::ModuleStatus::busy, {}});
}

void ModuleReceiver::run() {
  std::unique_lock lock(mutex_);
  const auto something = [this] { return stop_ || !jobs_.empty(); };
  for (;;) {
    if (transfers_.empty())
      changed_.wait(lock, something);
    else
      changed_.wait_for(lock, idle_, something);
    if (stop_) return;
    std::optional<Job> job;
    if (!jobs_.empty()) {
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    lock.unlock();
    if (job) on_answer_(job->ticket, answer(job->request));
    std::erase_if(transfers_, [&](const auto& one) { return Clock::now() - one.second.last >= idle_; });
    lock.lock();
  }
}

wire::ModuleAnswer ModuleReceiver::answer(const Request& request) try {
  return std::visit(
      [this](const auto& asked) {
        return asked.engine == engine_ ? on(asked) : wire::ModuleAnswer{wire::ModuleStatus::wrong_engine, {}};
      },
      request);
} catch (const std::exception& error) {
  return {wire::ModuleStatus::refused, {}, error.what()};
}

wire::ModuleAnswer ModuleReceiver::on(const wire::ModuleQuery& query) {
  const modules::GenerationId generation = modules::generation_of(query.files);
  if (brought_->loaded(generation)) return {};
  if (const auto had = brought_->find(generation);
      had && std::ranges::equal(*had, query.files, {}, &modules::BroughtFile::what))
    return {};
  wire::ModuleAnswer answer;
  std::vector<modules::BroughtFile> files;
  for (std::uint32_t i = 0; i < query.files.size(); ++i) {
    if (auto file = cache().find(query.files[i]))
      files.push_back(std::move(*file));
    else
      answer.missing.push_back(i);
  }
  if (answer.missing.empty()) brought_->add(std::move(files));
  return answer;
}

wire::ModuleAnswer ModuleReceiver::on(const wire::ModuleChunk& chunk) {
  const Key key{chunk.file.hash, chunk.file.build_id, chunk.file.name, chunk.file.size};
  // The file may be complete by now: another engine got it, or this chunk was sent twice.
  if (!transfers_.contains(key) && cache().find(chunk.file)) return {};
  Transfer* const transfer = transfer_of(key, chunk);
  if (!transfer) return {wire::ModuleStatus::busy, {}};
  transfer->last = Clock::now();
  const std::size_t index = chunk.offset / wire::ModuleChunk::kSize;
  if (transfer->here[index]) return {};
  try {
    transfer->file->write(chunk.offset, chunk.bytes.span());
    received_bytes_.fetch_add(chunk.bytes.size(), std::memory_order_relaxed);
    transfer->here[index] = true;
    if (--transfer->missing == 0) {
      cache().accept(*transfer->file, chunk.file);
      transfers_.erase(key);
    }
  } catch (...) {
    transfers_.erase(key);
    throw;
  }
  return {};
}

ModuleReceiver::Transfer* ModuleReceiver::transfer_of(const Key& key, const wire::ModuleChunk& chunk) {
  if (const auto found = transfers_.find(key); found != transfers_.end()) return &found->second;
  if (transfers_.size() >= kMostTransfers) return nullptr;
  const std::size_t chunks = (chunk.file.size + wire::ModuleChunk::kSize - 1) / wire::ModuleChunk::kSize;
  auto file = std::make_unique<modules::IncomingFile>(cache().place_of(chunk.file));
  Transfer transfer{std::move(file), std::vector<bool>(chunks), chunks, Clock::now()};
  return &transfers_.emplace(key, std::move(transfer)).first->second;
}

modules::ModuleCache& ModuleReceiver::cache() {
  if (!cache_) cache_ = modules::ModuleCache::standard();
  return *cache_;
}

}  // namespace enginery::engine
