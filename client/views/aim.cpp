// client/views/aim.cpp: where the tasks of a view go: to one engine, to several, to all, or to this process.
#include "client/views/aim.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/errors.hpp>

#include "client/views/local.hpp"

namespace enginery {
namespace {

/// Engines that were named.
class AtEngines : public Aim {
 public:
  explicit AtEngines(std::shared_ptr<Engines> engines) : engines_(std::move(engines)) {}

  std::shared_ptr<Future> send(const Request& request, std::optional<Seconds> timeout) const override {
    return request.send(*engines_, ids(), timeout);
  }
  std::shared_ptr<Future> send_each(std::span<const Request> requests, std::optional<Seconds> timeout) const override {
    return Request::send_each(requests, *engines_, ids(), timeout);
  }
  OutputStream stream_output(std::ostream& out, std::ostream& err) const override {
    return OutputStream(engines_, std::vector(ids().begin(), ids().end()), out, err);
  }

 protected:
  const std::shared_ptr<Engines> engines_;
};

class AtOne : public AtEngines {
 public:
  AtOne(std::shared_ptr<Engines> engines, int id) : AtEngines(std::move(engines)), id_(id) {}
  std::span<const int> ids() const override { return {&id_, 1}; }

 private:
  const int id_;
};

class AtSeveral : public AtEngines {
 public:
  AtSeveral(std::shared_ptr<Engines> engines, std::vector<int> ids)
      : AtEngines(std::move(engines)), ids_(std::move(ids)) {}
  std::shared_ptr<const Aim> now() const override { return ids(), shared_from_this(); }
  std::span<const int> ids() const override {
    if (!ids_.empty()) return ids_;
    throw NoEnginesRegistered(
        fmt::format("this view is of no engine: the list of ids that it was made of is empty. The engines of cluster "
                    "'{}' are [{}]; all() is a view of all",
                    engines_->connection().cluster, fmt::join(engines_->ids(), ", ")));
  }
  OutputStream stream_output(std::ostream& out, std::ostream& err) const override {
    return OutputStream(engines_, ids_, out, err);
  }

 private:
  const std::vector<int> ids_;
};

class AtAll : public Aim {
 public:
  explicit AtAll(std::shared_ptr<Engines> engines) : engines_(std::move(engines)) {}

  std::shared_ptr<const Aim> now() const override {
    std::vector<int> ids = engines_->ids();
    if (ids.empty()) throw engines_->none("this view");
    return at_engines(engines_, std::move(ids));
  }
  std::span<const int> ids() const override { return {}; }
  std::shared_ptr<Future> send(const Request& request, std::optional<Seconds> timeout) const override {
    return now()->send(request, timeout);
  }
  std::shared_ptr<Future> send_each(std::span<const Request> requests, std::optional<Seconds> timeout) const override {
    return now()->send_each(requests, timeout);
  }
  OutputStream stream_output(std::ostream& out, std::ostream& err) const override {
    return OutputStream(engines_, std::nullopt, out, err);
  }

 private:
  const std::shared_ptr<Engines> engines_;
};

class Here : public Aim {
 public:
  std::span<const int> ids() const override { return {&local_engine::kId, 1}; }
  bool travels() const override { return false; }
  std::shared_ptr<Future> send(const Request& request, std::optional<Seconds> timeout) const override {
    return request.run_here(timeout);
  }
  std::shared_ptr<Future> send_each(std::span<const Request> requests, std::optional<Seconds> timeout) const override {
    return requests.front().run_here(timeout);
  }
  OutputStream stream_output(std::ostream& out, std::ostream& err) const override {
    return OutputStream(nullptr, std::nullopt, out, err);
  }
};

}  // namespace

std::shared_ptr<const Aim> Aim::at_engine(std::shared_ptr<Engines> engines, int id) {
  return std::make_shared<AtOne>(std::move(engines), id);
}
std::shared_ptr<const Aim> Aim::at_engines(std::shared_ptr<Engines> engines, std::vector<int> ids) {
  return std::make_shared<AtSeveral>(std::move(engines), std::move(ids));
}
std::shared_ptr<const Aim> Aim::at_all(std::shared_ptr<Engines> engines) {
  return std::make_shared<AtAll>(std::move(engines));
}
std::shared_ptr<const Aim> Aim::here() { return std::make_shared<Here>(); }

}  // namespace enginery
