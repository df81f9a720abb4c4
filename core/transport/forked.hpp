// core/transport/forked.hpp: whether this process is the forked child of one that used the transport.
#pragma once

namespace enginery::transport {

/// True in a child that was forked once NNG was used, and in its children: NNG ends a process that uses it there, its
/// threads and those of clients and engines are not there, and their locks may be held for ever. What is destroyed
/// there is left as it is.
///
/// Threads: any. Async-signal-safe.
bool forked() noexcept;
/// Throws ConnectionError there.
void refuse_if_forked();
/// To be called before NNG is. Throws as refuse_if_forked().
void prepare_for_forks();

}  // namespace enginery::transport
