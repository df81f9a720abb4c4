// client/views/client.cpp: which cluster a client connects to, and the views that it gives.
#include <enginery/client.hpp>

#include <algorithm>
#include <iostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "client/links/deadline.hpp"
#include "client/links/engines.hpp"
#include "client/links/restart.hpp"
#include "client/views/aim.hpp"
#include "client/views/interrupt.hpp"
#include "core/clusters/hub_addresses.hpp"

namespace enginery {

Client::Client() : Client(ClientOptions{}) {}
Client::Client(const Client&) = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(const Client&) = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Client::Client(const ClientOptions& options) {
  Connection connection = options.file.empty() ? Connection::find(options.name) : Connection::load(options.file);
  connection.check_alive();
  if (!options.file.empty())
    if (const std::string remark = cluster::remark_on_clear_text(connection); !remark.empty())
      fmt::print(stderr, "enginery: {}\n", remark);
  engines_ = Engines::connect(std::move(connection), options.timeout);
}

std::vector<int> Client::ids() const { return engines_->ids(); }
std::size_t Client::size() const { return ids().size(); }

void Client::wait_for_engines(std::size_t count, std::optional<Seconds> timeout) const {
  engines_->wait_for(count, deadline_of(timeout));
}

void Client::restart(int id, Seconds timeout) const {
  enginery::restart(*engines_, id < 0 ? resolve(id) : id, false, std::clamp(timeout, Seconds(0), kLongestWait));
}

std::vector<std::string> Client::restart(int id, const RestartOptions& options) const {
  if (!options.keep) {
    restart(id, options.timeout);
    return {};
  }
  const DirectView engine = direct(id);
  const auto limit = std::clamp(options.timeout, Seconds(0), kLongestWait);
  std::vector<std::pair<std::string, Value>> kept;
  std::vector<std::string> lost;
  if (!engine.pull(std::initializer_list<Name>{}).wait(limit))
    throw TimeoutError(
        fmt::format("engine {} runs something else for longer than {:g} s, so its variables cannot be "
                    "kept, and it is not restarted. Interrupt it first, or restart it without `keep`",
                    engine.id(), limit.count()));
  for (const std::string& name : engine.keys()) {
    try {
      kept.emplace_back(name, engine.pull(Name(name)).get(limit));
    } catch (const RemoteError&) {
      lost.push_back(name);
    }
  }
  restart(engine.id(), options.timeout);
  const DirectView again = direct(engine.id());
  for (const auto& [name, value] : kept) {
    try {
      again.update({Item(name, value)});
    } catch (const Error&) {
      lost.push_back(name);
    }
  }
  // A module that was imported again is not lost.
  const std::vector<std::string> there = again.keys();
  std::erase_if(lost, [&](const std::string& name) { return std::ranges::find(there, name) != there.end(); });
  return lost;
}

void Client::kill(int id, Seconds timeout) const {
  enginery::restart(*engines_, id < 0 ? resolve(id) : id, true, std::clamp(timeout, Seconds(0), kLongestWait));
}

int Client::resolve(int id) const {
  const std::vector<int> ids = engines_->ids();
  if (ids.empty() && !engines_->has_died(id))
    throw engines_->none(fmt::format("cluster '{}'", engines_->connection().cluster));
  if (id < 0) {
    if (static_cast<std::size_t>(-static_cast<long>(id)) > ids.size())
      throw IndexError(fmt::format("index {} counts beyond the {} engines [{}]; -{} is the first", id, ids.size(),
                                   fmt::join(ids, ", "), ids.size()));
    return ids[ids.size() - static_cast<std::size_t>(-id)];
  }
  engines_->link(id);
  return id;
}

DirectView Client::direct(int id) const { return DirectView(Aim::at_engine(engines_, resolve(id))); }

DirectView Client::refuse(const std::string& id) {
  throw IndexError("there is no engine " + id + "; ids() lists them");
}

MultiView Client::operator[](std::initializer_list<int> ids) const { return view(std::vector<int>(ids)); }

MultiView Client::view(std::vector<int> ids) const {
  for (int& id : ids) id = resolve(id);
  return MultiView(Aim::at_engines(engines_, std::move(ids)));
}

MultiView Client::all() const { return MultiView(Aim::at_all(engines_)); }

bool Client::interrupt(int id, Seconds timeout) const {
  return enginery::interrupt(*engines_->link(resolve(id)), timeout);
}

OutputStream Client::stream_output(std::ostream& out, std::ostream& err) const {
  return OutputStream(engines_, std::nullopt, out, err);
}
OutputStream Client::stream_output(std::ostream& out) const { return stream_output(out, std::cerr); }
OutputStream Client::stream_output() const { return stream_output(std::cout, std::cerr); }

}  // namespace enginery
