import Octets
import Testing

@Suite("The byte buffer")
struct ByteBufferTests {
    private func text(_ buffer: borrowing ByteBuffer) -> String {
        String(decoding: buffer.bytes, as: UTF8.self)
    }

    @Test("Bytes come out in the order in which they went in")
    func order() {
        var buffer = ByteBuffer()
        #expect(buffer.count == 0)
        buffer.append("abc")
        buffer.append(UInt8(ascii: "d"))
        buffer.append(text: "ef")
        buffer.append(decimal: 7)
        #expect(text(buffer) == "abcdef7")
        buffer.consume(2)
        #expect(text(buffer) == "cdef7")
        buffer.removeLast(1)
        #expect(text(buffer) == "cdef")
        #expect(buffer.count == 4)
        buffer.consume(4)
        #expect(buffer.count == 0)
    }

    @Test("A buffer grows to what is put into it, one byte at a time or in one piece")
    func growth() {
        var single = ByteBuffer()
        var block = ByteBuffer(capacity: 3)
        let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0) }
        for byte in bytes { single.append(byte) }
        bytes.withUnsafeBufferPointer { block.append($0) }
        #expect(Array(single.bytes) == bytes)
        #expect(Array(block.bytes) == bytes)
        #expect(single.capacity >= 10_000)
    }

    @Test("Appending nothing changes nothing")
    func nothing() {
        var buffer = ByteBuffer()
        buffer.append(UnsafeBufferPointer(start: nil, count: 0))
        buffer.append("")
        buffer.append(text: "")
        buffer.consume(0)
        buffer.removeLast(0)
        #expect(buffer.count == 0)
        #expect(buffer.capacity == 0)
    }

    @Test("Memory that was read is used again instead of growing")
    func wrap() {
        var buffer = ByteBuffer(capacity: 64)
        for round in 0..<1000 {
            for offset in 0..<40 { buffer.append(UInt8(truncatingIfNeeded: round + offset)) }
            #expect(buffer.bytes.first == UInt8(truncatingIfNeeded: round))
            buffer.consume(buffer.count - 1)
            buffer.consume(1)
        }
        #expect(buffer.capacity == 64)
    }

    @Test("A buffer of which half has been read moves its bytes to the front")
    func moves() {
        var buffer = ByteBuffer(capacity: 8)
        buffer.append("abcdefgh")
        buffer.consume(5)
        buffer.append("ijklm")
        #expect(text(buffer) == "fghijklm")
        #expect(buffer.capacity == 8)
    }

    @Test("Spare memory is at least what was asked for, and what was committed is read")
    func spare() {
        var buffer = ByteBuffer()
        buffer.append("ab")
        let room = buffer.spare(100)
        #expect(room.count >= 100)
        room[0] = UInt8(ascii: "c")
        buffer.commit(1)
        #expect(text(buffer) == "abc")
        buffer.commit(0)
        #expect(buffer.count == 3)
    }

    @Test("Waiting bytes can be changed in place")
    func inPlace() {
        var buffer = ByteBuffer()
        buffer.append("xabc")
        buffer.consume(1)
        let bytes = buffer.mutableBytes
        for index in bytes.indices { bytes[index] = ASCII.uppercased(bytes[index]) }
        #expect(text(buffer) == "ABC")
    }

    @Test("Clearing forgets the bytes and keeps the memory, up to a limit")
    func clear() {
        var buffer = ByteBuffer(capacity: 100)
        buffer.append("abc")
        buffer.clear()
        #expect(buffer.count == 0)
        #expect(buffer.capacity == 100)
        buffer.clear(keeping: 100)
        #expect(buffer.capacity == 100)
        buffer.append(text: String(repeating: "a", count: 1000))
        buffer.clear(keeping: 100)
        #expect(buffer.count == 0)
        #expect(buffer.capacity == 100)
        buffer.clear(keeping: 0)
        #expect(buffer.capacity == 0)
        buffer.append("again")
        #expect(text(buffer) == "again")
    }

    @Test("A random sequence of changes does what an array does", arguments: [1, 2, 3] as [UInt64])
    func random(_ seed: UInt64) {
        var state = seed
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(truncatingIfNeeded: state >> 33) % bound
        }
        var buffer = ByteBuffer()
        var model: [UInt8] = []
        for step in 0..<5000 {
            let byte = UInt8(truncatingIfNeeded: step)
            switch next(6) {
            case 0:
                buffer.append(byte)
                model.append(byte)
            case 1:
                let block = [UInt8](repeating: byte, count: next(200))
                block.withUnsafeBufferPointer { buffer.append($0) }
                model += block
            case 2, 3:
                let count = next(model.count + 1)
                buffer.consume(count)
                model.removeFirst(count)
            case 4:
                let count = next(min(model.count, 10) + 1)
                buffer.removeLast(count)
                model.removeLast(count)
            default:
                let room = buffer.spare(next(50) + 1)
                room[0] = byte
                buffer.commit(1)
                model.append(byte)
            }
            guard Array(buffer.bytes) == model else {
                Issue.record("step \(step) went wrong")
                return
            }
        }
    }
}
