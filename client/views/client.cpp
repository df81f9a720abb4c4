// client/views/client.cpp: which cluster a client connects to, and the views that it gives.
#include <enginery/client.hpp>

#include <algorithm>
#include <iostream>

#include <fmt/format.h>

#include "client/links/client_threads.hpp"
#include "client/links/engines.hpp"
#include "client/views/request.hpp"
#include "core/clusters/address.hpp"

namespace enginery {

Client::Client() : Client(ClientOptions{}) {}

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
  engines_->restart(id < 0 ? engines_->resolve(id) : id, wire::HubOp::restart, timeout);
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
  engines_->restart(id < 0 ? engines_->resolve(id) : id, wire::HubOp::kill, timeout);
}

DirectView Client::direct(int id) const {
  return DirectView(std::make_shared<const Aim>(engines_, std::vector{engines_->resolve(id)}));
}

DirectView Client::refuse(const std::string& id) {
  throw IndexError("there is no engine " + id + "; ids() lists them");
}

MultiView Client::operator[](std::initializer_list<int> ids) const { return view(std::vector<int>(ids)); }

MultiView Client::view(std::vector<int> ids) const {
  for (int& id : ids) id = engines_->resolve(id);
  return MultiView(std::make_shared<const Aim>(engines_, std::move(ids)));
}

MultiView Client::all() const { return MultiView(std::make_shared<const Aim>(engines_, std::nullopt)); }

bool Client::interrupt(int id, Seconds timeout) const {
  return engines_->link(engines_->resolve(id))->interrupt(timeout);
}

OutputStream Client::stream_output(std::ostream& out, std::ostream& err) const {
  return OutputStream(engines_, std::nullopt, out, err);
}
OutputStream Client::stream_output(std::ostream& out) const { return stream_output(out, std::cerr); }
OutputStream Client::stream_output() const { return stream_output(std::cout, std::cerr); }

}  // namespace enginery
