// A star.

flat out float bright;

void main() {
    uvec4 record = record_here();
    gl_Position = on_screen(record);
    bright = float(record.w) * (1.0 / 255.0);
}
