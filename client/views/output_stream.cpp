// client/views/output_stream.cpp: what tasks print, shown while they run.
//
// A terminal may take no text for hours. So NNG's threads only put text into a bounded queue, and a thread of the
// stream makes lines of it and writes them. The same thread subscribes to engines that join.
#include <enginery/output_stream.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "client/links/engines.hpp"
#include "client/links/output_feed.hpp"
#include "core/transport/forked.hpp"
#include "core/wire/engine_wire.hpp"

namespace enginery {
namespace {

using namespace std::chrono_literals;
constexpr auto kPatience = 2000ms;
/// What waits to be printed; what comes beyond is lost, and a line says so.
constexpr std::size_t kQueuedBytes = std::size_t{16} << 20;

std::string prefix_of(int engine, wire::Stream stream) {
  return fmt::format("[{}:{}] ", stream == wire::Stream::out ? "stdout" : "stderr", engine);
}

void end(std::string& text, const std::string& prefix, std::string& lines) {
  if (!text.empty()) lines += prefix + text + '\n';
  text.clear();
}

/// Makes whole lines with prefixes from pieces of text of several engines. Keeps text that has no end of line yet.
class OutputLines {
 public:
  /// A longer line is printed in parts.
  static constexpr std::size_t kLongest = std::size_t{1} << 20;

  /// The lines that are whole with this piece, whose text is `text`.
  std::string add(int engine, const wire::Printed& piece, std::string_view text) {
    const std::string prefix = prefix_of(engine, piece.stream);
    Partial& partial = partial_[{engine, piece.stream}];
    std::string lines;
    if (partial.session != piece.session || partial.seq != piece.seq) end(partial.text, prefix, lines);
    partial.session = piece.session;
    partial.seq = piece.seq;
    for (std::size_t at; (at = text.find('\n')) != std::string_view::npos; text.remove_prefix(at + 1)) {
      lines += prefix;
      lines += partial.text;
      lines += text.substr(0, at + 1);
      partial.text.clear();
    }
    partial.text += text;
    if (piece.last || partial.text.size() > kLongest) end(partial.text, prefix, lines);
    return lines;
  }
  /// What is left of lines, on that stream.
  std::string rest(wire::Stream stream) {
    std::string lines;
    for (auto& [from, partial] : partial_)
      if (from.second == stream) end(partial.text, prefix_of(from.first, stream), lines);
    return lines;
  }

 private:
  struct Partial {
    Uuid session;
    std::uint64_t seq = 0;
    std::string text;
  };
  std::map<std::pair<int, wire::Stream>, Partial> partial_;
};

}  // namespace

class OutputStream::State : public OutputFeed::Listener {
 public:
  State(std::shared_ptr<Engines> engines, std::optional<std::vector<int>> targets, std::ostream& out, std::ostream& err)
      : engines_(std::move(engines)), targets_(std::move(targets)), out_(out), err_(err) {}

  void start(const std::shared_ptr<State>& self) {
    subscribe();
    engines_->output_feed().attach(self);
    marks_->meet(links(), kPatience);
    printer_ = std::thread([this] { print(); });
  }
  void finish(const std::shared_ptr<State>& self) {
    subscribe();
    marks_->meet(links(), kPatience);
    engines_->output_feed().detach(self);
    {
      const std::lock_guard lock(mutex_);
      finished_ = true;
    }
    changed_.notify_all();
    printer_.join();
    engines_.reset();  // now, because the last owner of this object may be a thread of NNG, which must not end a client
  }

  void on_text(int engine, const wire::Printed& printed) override {
    if (!aims_at(engine)) return;
    const std::lock_guard lock(mutex_);
    if (finished_) return;
    if (queued_ + printed.text.size() > kQueuedBytes) {
      ++lost_[engine];
      return;
    }
    queued_ += printed.text.size();
    queue_.push_back({engine, printed, std::string(printed.text)});
    changed_.notify_all();
  }
  void on_mark(const Uuid& mark) override { marks_->arrived(mark); }
  void on_loss(int engine, std::uint64_t messages) override {
    if (!aims_at(engine)) return;
    const std::lock_guard lock(mutex_);
    lost_[engine] += messages;
    changed_.notify_all();
  }
  void on_engines_changed() override {
    const std::lock_guard lock(mutex_);
    joined_ = true;
    changed_.notify_all();
  }

 private:
  struct Piece {
    int engine;
    wire::Printed printed;
    std::string text;  // what printed's text was
  };

  bool aims_at(int engine) const { return !targets_ || std::ranges::find(*targets_, engine) != targets_->end(); }
  std::vector<std::shared_ptr<EngineLink>> links() const {
    auto links = engines_->links();
    std::erase_if(links, [this](const auto& link) { return !aims_at(link->engine().id); });
    return links;
  }
  void subscribe() {
    for (const auto& link : links()) {
      try {
        engines_->output_feed().subscribe(link);
      } catch (const ConnectionError&) {
        // No descriptors are left. The output of this engine is not shown live, but the metadata have it.
      }
    }
  }

  void print() {
    OutputLines lines;
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return finished_ || joined_ || !queue_.empty() || !lost_.empty(); });
      const bool last = finished_, joined = std::exchange(joined_, false);
      const std::deque<Piece> pieces = std::exchange(queue_, {});
      const std::map<int, std::uint64_t> lost = std::exchange(lost_, {});
      queued_ = 0;
      lock.unlock();
      if (joined && !last) subscribe();
      std::string out, err;
      for (const auto& [engine, printed, text] : pieces)
        (printed.stream == wire::Stream::out ? out : err) += lines.add(engine, printed, text);
      for (const auto& [engine, count] : lost)
        err += fmt::format(
            "[enginery:{}] text came faster than it could be shown: {} pieces are missing here, perhaps of other "
            "clients' tasks; the metadata of the results have all of it\n",
            engine, count);
      if (last) {
        out += lines.rest(wire::Stream::out);
        err += lines.rest(wire::Stream::err);
      }
      write(out_, out);
      write(err_, err);
      if (last) return;
      lock.lock();
    }
  }
  static void write(std::ostream& stream, const std::string& text) {
    if (text.empty()) return;
    try {
      stream.write(text.data(), static_cast<std::streamsize>(text.size())).flush();
    } catch (const std::exception&) {
      // The user told this stream to throw. In this thread nobody catches; the stream's state says what happened.
    }
  }

  std::shared_ptr<Engines> engines_;
  const std::optional<std::vector<int>> targets_;
  std::ostream &out_, &err_;
  const std::shared_ptr<OutputMarks> marks_ = std::make_shared<OutputMarks>();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Piece> queue_;
  std::size_t queued_ = 0;
  std::map<int, std::uint64_t> lost_;  // by engine
  bool joined_ = false, finished_ = false;
  std::thread printer_;
};

OutputStream::OutputStream(std::shared_ptr<Engines> engines, std::optional<std::vector<int>> targets, std::ostream& out,
                           std::ostream& err)
    : state_(engines ? std::make_shared<State>(std::move(engines), std::move(targets), out, err) : nullptr) {
  if (state_) state_->start(state_);
}

OutputStream& OutputStream::operator=(OutputStream&& other) noexcept {
  if (this == &other) return *this;
  finish();
  state_ = std::move(other.state_);
  return *this;
}

OutputStream::~OutputStream() { finish(); }

void OutputStream::finish() {
  auto state = std::exchange(state_, nullptr);
  if (!state) return;
  if (transport::forked()) return transport::abandon(new std::shared_ptr(std::move(state)));
  state->finish(state);
}

}  // namespace enginery
